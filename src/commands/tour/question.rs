//! A question of the tour, and what is said to the answer. The questions themselves are in `story`.

use super::screen::INDENT;
use super::stage::Stage;
use super::story::Question;
use crate::commands::CommandResult;

impl Stage<'_> {
    /// Asks at a terminal; elsewhere every answer is printed with its reason.
    pub(super) fn ask(&mut self, question: &Question) -> CommandResult<()> {
        if !self.screen.is_interactive() {
            return self.print_question(question);
        }
        let right = question.options.get(question.right);
        self.room(question.options.len() + 5)?;
        // The choices are gone from the screen once one is taken; the question stays.
        self.paragraph(question.text)?;
        self.line("")?;
        self.context.ui.flush()?;
        let items: Vec<String> = question.options.iter().map(|option| option.text.to_owned()).collect();
        self.context.prompt.discard_typed();
        let choice = self.context.prompt.choose("Your answer", &items)?;
        self.screen.begin_new();
        self.score.asked += 1;
        match (choice.and_then(|index| question.options.get(index)), right) {
            (Some(chosen), Some(right)) if chosen.text == right.text => {
                self.score.right += 1;
                self.paragraph(&format!("You said: {}. Right. {}", chosen.text, right.reason))
            }
            (chosen, Some(right)) => {
                let said = chosen.map_or_else(
                    || "You gave no answer.".to_owned(),
                    |chosen| format!("You said: {}. Not quite. {}", chosen.text, chosen.reason),
                );
                self.paragraph(&said)?;
                self.paragraph(&format!("The answer: {}. {}", right.text, right.reason))
            }
            (_, None) => Ok(()),
        }
    }

    fn print_question(&mut self, question: &Question) -> CommandResult<()> {
        let right = question.options.get(question.right);
        self.paragraph(&format!("Question: {}", question.text))?;
        for (letter, option) in ('a'..).zip(question.options) {
            self.line(&format!("{INDENT}{letter}) {}", option.text))?;
        }
        for (letter, option) in ('a'..).zip(question.options) {
            let verdict =
                if right.is_some_and(|right| right.text == option.text) { "right" } else { "wrong" };
            self.paragraph(&format!("{letter} is {verdict}. {}", option.reason))?;
        }
        Ok(())
    }
}
