//! The story of the tour: chapters of beats. What a command prints is not part of it, because it is run.

mod browser;
mod database;
mod ending;
mod jwt;
mod login;
mod sharing;
mod visitor;

/// One beat of the story.
pub(super) enum Beat {
    /// Something to know.
    Tell(&'static str),
    /// A paragraph for readers whose folder is deleted at the end.
    TellUnkept(&'static str),
    /// A command line that works.
    Run(&'static str),
    /// A command line that ends with this exit code.
    Fail(&'static str, i32),
    /// A command line whose first line of output is kept under a name.
    Keep(&'static str, &'static str),
    /// A command line that the reader types.
    Try(Task),
    /// A question.
    Ask(Question),
}

/// What the reader is to do with a command of his own.
pub(super) struct Task {
    /// What to reach.
    pub(super) ask: &'static str,
    /// What helps where a try failed.
    pub(super) hint: &'static str,
    /// One way to do it.
    pub(super) example: &'static str,
    /// The exit code of the example.
    pub(super) code: i32,
    /// The commands, by their first words, that are tries at it; others only look around.
    pub(super) about: &'static [&'static str],
    /// What a command meets that does it: all of this.
    pub(super) done: &'static [Check],
    /// Wrong ways that deserve an answer of their own; the first that fits counts.
    pub(super) mistakes: &'static [Mistake],
    /// What to learn from the result; may be empty.
    pub(super) meaning: &'static str,
}

impl Task {
    /// What tasks have in common.
    const BASE: Task =
        Task { ask: "", hint: "", example: "", code: 0, about: &[], done: &[], mistakes: &[], meaning: "" };
}

/// A wrong way.
pub(super) struct Mistake {
    /// What a command meets that goes it: all of this.
    pub(super) when: &'static [Check],
    /// The answer.
    pub(super) say: &'static str,
}

/// What is looked at in a command of the reader. An effect is looked at where there is one: the exit code and the output
/// alone are those of many other commands as well.
pub(super) enum Check {
    /// It exits with this code, or prints it, as `echo $?` does.
    Exits(i32),
    /// It prints this among other things.
    Prints(&'static str),
    /// One line of its output is this.
    PrintsLine(&'static str),
    /// It does not print this.
    PrintsNo(&'static str),
    /// Its text contains one of these.
    Names(&'static [&'static str]),
    /// Behind it, a command line prints this.
    Leaves(&'static str, &'static str),
    /// Run once more, unseen, behind a line that changes what it is to look at, it prints this among other things.
    Sees(&'static str, &'static str),
    /// Run once more, unseen, behind such a line, it prints something else.
    Notices(&'static str),
}

/// A question with one right answer.
pub(super) struct Question {
    pub(super) text: &'static str,
    pub(super) options: &'static [Choice],
    /// The place of the right one.
    pub(super) right: usize,
}

/// An answer, and why it is right or wrong.
pub(super) struct Choice {
    pub(super) text: &'static str,
    pub(super) reason: &'static str,
}

/// A chapter.
pub(super) struct Chapter {
    /// Its name, for `--only` and `--from`.
    pub(super) name: &'static str,
    /// Its title.
    pub(super) title: &'static str,
    /// What happens.
    pub(super) beats: &'static [Beat],
}

/// The whole story.
pub(super) const CHAPTERS: &[Chapter] = &[
    visitor::CART,
    visitor::RANDOM,
    browser::COOKIE,
    visitor::DIGEST,
    login::LOGIN,
    login::REQUESTS,
    browser::REMEMBER,
    sharing::SSO,
    sharing::API,
    ending::THEFT,
    ending::REVOKE,
    ending::EXPIRY,
    jwt::JWT,
    jwt::LOGOUT,
    database::STOLEN,
    database::BOTTOM_LINE,
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::task::is_about;
    use super::*;

    #[test]
    fn chapters_have_names_of_their_own_and_a_task() {
        let names: HashSet<_> = CHAPTERS.iter().map(|chapter| chapter.name).collect();
        assert_eq!(names.len(), CHAPTERS.len());
        for chapter in CHAPTERS {
            let tasks = chapter.beats.iter().filter_map(|beat| match beat {
                Beat::Try(task) => Some(task),
                _ => None,
            });
            assert!(tasks.clone().count() > 0, "{} has nothing to type", chapter.name);
            for task in tasks {
                // Output alone is printed by many commands.
                let looks = |check: &Check| {
                    !matches!(check, Check::Exits(_) | Check::Prints(_) | Check::PrintsLine(_))
                };
                assert!(task.done.iter().any(looks), "{}: any command would do", task.ask);
                assert!(is_about(task.example, task.about), "{}: the example is no try", task.ask);
            }
        }
    }

    #[test]
    fn questions_give_a_reason_for_each_answer_and_vary_the_right_one() {
        let questions = || {
            let beats = CHAPTERS.iter().flat_map(|chapter| chapter.beats);
            beats.filter_map(|beat| if let Beat::Ask(question) = beat { Some(question) } else { None })
        };
        for question in questions() {
            assert!(question.right < question.options.len(), "{}", question.text);
            assert!(question.options.iter().all(|option| option.reason.len() > 20), "{}", question.text);
        }
        let places: HashSet<usize> = questions().map(|question| question.right).collect();
        assert!(questions().count() >= 5 && places.len() > 2, "{places:?}");
    }
}
