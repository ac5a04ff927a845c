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
    /// The exit code of a command that does it.
    pub(super) code: i32,
    /// What such a command prints, among other things.
    pub(super) prints: &'static str,
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

    use super::*;

    #[test]
    fn chapters_have_names_of_their_own_and_a_task() {
        let names: HashSet<_> = CHAPTERS.iter().map(|chapter| chapter.name).collect();
        assert_eq!(names.len(), CHAPTERS.len());
        for chapter in CHAPTERS {
            let tasks = chapter.beats.iter().filter(|beat| matches!(beat, Beat::Try(_))).count();
            assert!(tasks > 0, "{} has nothing to type", chapter.name);
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
