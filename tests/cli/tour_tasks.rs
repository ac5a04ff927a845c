//! Each task of `tour`: commands that are right, others that end or print alike and are not, and some that only look around.

use crate::harness::TestEnv;
use crate::tour_terminal::{PROMPT, RIGHT, at_task, ends_well, gives_up, looks_around, types, types_wrongly};

/// In a chapter: commands that are no solution, with what the tour says to each, two that are, and its questions.
struct Trial {
    chapter: &'static str,
    wrong: &'static [(&'static str, &'static str)],
    right: &'static [&'static str],
    questions: usize,
}

const HINT: &str = "Not yet.";
/// The answer to a command that is no try: none.
const ASIDE: &str = "";

const TRIALS: &[Trial] = &[
    Trial {
        chapter: "cart",
        wrong: &[
            ("echo \"$CART\" | sessionctl data set - cart '\"x\"'", HINT),
            ("echo \"$CART\" | sessionctl data set - cart '\"dark\"'", "That replaced the cart."),
            ("echo \"$CART\" | sessionctl data set - theme '\"light\"'", HINT),
            ("echo \"$CART\" | sessionctl data set - Theme '\"dark\"'", HINT),
            ("sessionctl generate --kind anonymous -q | sessionctl data set - theme '\"dark\"'", HINT),
            ("echo set", ASIDE),
        ],
        right: &[
            "echo \"$CART\" | sessionctl data set - theme '\"dark\"'",
            "sessionctl data set 1 theme '\"dark\"'",
        ],
        questions: 0,
    },
    Trial {
        chapter: "random",
        wrong: &[
            ("echo \"$CART\" | sessionctl verify -", HINT),
            ("echo abc | sessionctl verify -", HINT),
            ("printf %064d 7 | sessionctl inspect -", ASIDE),
            ("echo unknown; false", ASIDE),
            ("sessionctl verify", HINT),
        ],
        right: &["printf %064d 7 | sessionctl verify -", "printf %064d 7 | sessionctl verify -; echo $?"],
        questions: 1,
    },
    Trial {
        chapter: "cookie",
        wrong: &[
            (
                "echo 'Set-Cookie: session=0123; Path=/; Secure' | sessionctl cookie lint -",
                "It found something",
            ),
            (
                "echo 'Set-Cookie: __Host-session=1; Secure; Path=/x' | sessionctl cookie lint -",
                "It found something",
            ),
            ("echo 'Set-Cookie: session=1; Path=/'; exit 7", ASIDE),
            ("echo \"$CART\" | sessionctl cookie format -", ASIDE),
            ("sessionctl cookie lint - < /dev/null", HINT),
        ],
        right: &[
            "echo 'Set-Cookie: session=0123abcd; Path=/' | sessionctl cookie lint -",
            "echo 'Set-Cookie: session=1; Path=/; SameSite=None' | sessionctl cookie lint - --format json",
        ],
        questions: 2,
    },
    Trial {
        chapter: "digest",
        wrong: &[
            ("cat shop.db* | grep -c CART", HINT),
            ("cat shop.db* | grep -c '$CART'", HINT),
            ("grep -c \"$CART\" dump", "In dump the bytes"),
            ("echo 0; false", ASIDE),
            ("cat careless.db | grep -c \"$CART\"", HINT),
        ],
        right: &["cat shop.db* | grep -c \"$CART\"", "grep -c \"$CART\" shop.db"],
        questions: 0,
    },
    Trial {
        chapter: "login",
        wrong: &[
            ("echo wrong | sessionctl login alice --password-stdin", HINT),
            ("echo \"$PASSWORD\" | sessionctl login alice --password-stdin", HINT),
            ("echo \"$CART\" | sessionctl verify -", ASIDE),
            ("sessionctl revoke --user alice --yes", ASIDE),
            ("sessionctl user remove alice --yes", ASIDE),
        ],
        right: &[
            "echo \"$PASSWORD\" | sessionctl login alice --upgrade @cart --password-stdin",
            "echo \"$PASSWORD\" | sessionctl login alice --upgrade \"$CART\" --password-stdin",
        ],
        questions: 1,
    },
    Trial {
        chapter: "requests",
        wrong: &[
            ("echo \"$TOKEN\" | sessionctl verify -", "It is active, but the exit code"),
            ("echo \"$CART\" | sessionctl verify -; echo $?", HINT),
            ("sessionctl list; echo $?", ASIDE),
            ("echo active; echo 0", ASIDE),
            ("echo \"$TOKEN\" | sessionctl logout -; echo $?", ASIDE),
        ],
        right: &["echo \"$TOKEN\" | sessionctl verify -; echo $?", "sessionctl verify \"$TOKEN\"; echo $?"],
        questions: 0,
    },
    Trial {
        chapter: "remember",
        wrong: &[
            ("echo \"$LONG\" | sessionctl verify - --now +10d", HINT),
            ("echo \"$LONG\" | sessionctl verify - --now +40d", HINT),
            ("echo \"$TOKEN\" | sessionctl verify - --now +20d", HINT),
            ("echo \"$LONG\" | sessionctl logout -", ASIDE),
            ("echo expired; exit 4", ASIDE),
        ],
        right: &[
            "echo \"$LONG\" | sessionctl verify - --now +20d",
            "echo \"$LONG\" | sessionctl inspect - --now +480h",
        ],
        questions: 0,
    },
    Trial {
        chapter: "sso",
        wrong: &[
            ("echo \"$FORUM\" | sessionctl logout -", "That was the forum only"),
            ("echo \"$WIKI\" | sessionctl logout -", "That was the wiki only"),
            ("sessionctl revoke --user alice --yes", "That ended other sessions"),
            ("sessionctl logout @cart", HINT),
            ("sessionctl tree", ASIDE),
        ],
        right: &["sessionctl logout @parent", "echo \"$PARENT\" | sessionctl logout -"],
        questions: 0,
    },
    Trial {
        chapter: "api",
        wrong: &[
            ("echo \"$ROBOT\" | sessionctl verify - --scope cake", HINT),
            ("echo \"$ROBOT\" | sessionctl verify - --scope order:write", HINT),
            ("echo \"$ROBOT\" | sessionctl verify - --scope orders:read", HINT),
            ("echo \"$TOKEN\" | sessionctl verify - --scope orders:write", HINT),
            ("sessionctl revoke --kind api --yes", ASIDE),
        ],
        right: &[
            "echo \"$ROBOT\" | sessionctl verify - --scope orders:write",
            "sessionctl verify --scope orders:read --scope orders:write \"$ROBOT\"; echo $?",
        ],
        questions: 0,
    },
    Trial {
        chapter: "theft",
        wrong: &[
            ("sessionctl verify @cart", HINT),
            ("echo \"$NEW\" | sessionctl logout -", "That ended the session, but not"),
            ("sessionctl revoke --user alice --yes", "That ended the session, but not"),
            ("echo \"$NEW\" | sessionctl verify -", HINT),
            ("echo revoked; exit 5", ASIDE),
        ],
        right: &["sessionctl verify @stolen", "echo \"$TOKEN\" | sessionctl verify -"],
        questions: 0,
    },
    Trial {
        chapter: "revoke",
        wrong: &[
            ("sessionctl revoke --user alice --yes", "That ended all of Alice's sessions, the phone too"),
            (
                "sessionctl revoke --user alice --label phone --reason 'stolen laptop' --yes",
                "That was the phone",
            ),
            ("sessionctl revoke --user alice --label laptop --yes", "The right session ended, but not with"),
            ("sessionctl revoke --user alice --label laptop --reason 'stolen laptop' --dry-run", ASIDE),
            ("sessionctl user disable alice --yes", "That ended all of Alice's sessions, the phone too"),
        ],
        right: &[
            "sessionctl revoke --user alice --label laptop --reason 'stolen laptop' --yes",
            "echo \"$LAPTOP\" | sessionctl revoke - --reason 'stolen laptop' --yes",
        ],
        questions: 0,
    },
    Trial {
        chapter: "expiry",
        wrong: &[
            ("echo \"$IDLE\" | sessionctl verify - --now +80m", ASIDE),
            ("echo \"$PHONE\" | sessionctl inspect - --now +8h --fields end_reason", HINT),
            ("echo \"$IDLE\" | sessionctl inspect - --now +90m", "The answer is in there."),
            ("echo \"$IDLE\" | sessionctl inspect - --now +29m --fields end_reason", HINT),
            ("echo idle", ASIDE),
        ],
        right: &[
            "echo \"$IDLE\" | sessionctl inspect - --now +90m --fields end_reason",
            "sessionctl inspect \"$IDLE\" --now +90m --fields end_reason --format csv",
        ],
        questions: 1,
    },
    Trial {
        chapter: "jwt",
        wrong: &[
            ("echo \"$JWT\" | cut -d. -f2 | base64 -d", ASIDE),
            ("sessionctl list --user alice", ASIDE),
            ("echo \"$JWT\" | sessionctl jwt verify - --audience shop", ASIDE),
            ("sessionctl jwt keys revoke \"$(sessionctl jwt keys list --format ids)\" --yes", ASIDE),
            ("echo \"$SESSION\" | sessionctl jwt decode -", HINT),
        ],
        right: &["echo \"$JWT\" | sessionctl jwt decode -", "sessionctl jwt decode \"$JWT\" --format json"],
        questions: 1,
    },
    Trial {
        chapter: "jwt-logout",
        wrong: &[
            ("sessionctl jwt keys revoke \"$(sessionctl jwt keys list --format ids)\" --yes", ASIDE),
            ("echo \"$SESSION\" | sessionctl verify -", ASIDE),
            ("echo \"$JWT\" | sessionctl jwt verify - --audience shop", HINT),
            ("echo \"$JWT\" | sessionctl jwt verify - --audience wiki --online", HINT),
            ("sessionctl verify @stolen", ASIDE),
        ],
        right: &[
            "echo \"$JWT\" | sessionctl jwt verify - --audience shop --online",
            "sessionctl jwt verify \"$JWT\" --online --audience shop; echo $?",
        ],
        questions: 2,
    },
    Trial {
        chapter: "stolen-database",
        wrong: &[
            ("sessionctl verify @loot", HINT),
            ("echo \"$VICTIM\" | sessionctl verify -", "The thief has only the file"),
            ("cat careless-shop.db", ASIDE),
            ("sessionctl list", ASIDE),
            ("sessionctl verify @careless.db", HINT),
        ],
        right: &["sessionctl verify @careless-shop.db", "cat careless-shop.db | sessionctl verify -"],
        questions: 0,
    },
    Trial {
        chapter: "bottom-line",
        wrong: &[
            ("sessionctl log", "It is among them."),
            ("sessionctl log --action token.rotated", HINT),
            ("sessionctl log --action session.revoked", HINT),
            ("sessionctl list --state any", ASIDE),
            ("echo token.reused", ASIDE),
        ],
        right: &["sessionctl log --action token.reused", "sessionctl log | grep token.reused"],
        questions: 0,
    },
];

/// Each try in a tour of its own or with two others: a task ends after three. What only looks around ends none.
fn stand_trial(trial: &Trial) {
    let (asides, tries): (Vec<_>, Vec<_>) = trial.wrong.iter().partition(|(_, answer)| *answer == ASIDE);
    let mut wrong = &tries[..];
    for right in trial.right {
        let env = TestEnv::empty();
        let mut session = at_task(&env, trial.chapter);
        for (command, _) in &asides {
            looks_around(&mut session, command);
        }
        let (now, later) = wrong.split_at(wrong.len().min(2));
        for ((command, answer), left) in now.iter().zip(["2 tries", "1 try"]) {
            types_wrongly(&mut session, command, answer);
            session.wait_for_text(&format!("You have {left} left."));
        }
        wrong = later;
        types(&mut session, right, RIGHT);
        ends_well(&mut session, trial.questions);
    }
    while !wrong.is_empty() {
        let env = TestEnv::empty();
        let mut session = at_task(&env, trial.chapter);
        let (now, later) = wrong.split_at(wrong.len().min(3));
        for ((command, answer), left) in now.iter().zip(["You have 2 tries", "You have 1 try", "last try"]) {
            types(&mut session, command, answer);
            session.wait_for_text(left);
            if left != "last try" {
                session.wait_for_last(answer.split(' ').next().unwrap_or_default(), PROMPT);
            }
        }
        wrong = later;
        if now.len() < 3 {
            gives_up(&mut session);
        }
        session.wait_for_text("One way to do it:");
        ends_well(&mut session, trial.questions);
    }
}

macro_rules! trials {
    ($($test:ident $chapter:literal)*) => {
        $(#[test]
        fn $test() {
            let trial = TRIALS.iter().find(|trial| trial.chapter == $chapter).expect("a trial");
            stand_trial(trial);
        })*
    };
}

// One test each, so that they run side by side.
trials! {
    cart_task_is_judged_by_its_effect "cart"
    random_task_is_judged_by_its_effect "random"
    cookie_task_is_judged_by_its_effect "cookie"
    digest_task_is_judged_by_its_effect "digest"
    login_task_is_judged_by_its_effect "login"
    requests_task_is_judged_by_its_effect "requests"
    remember_task_is_judged_by_its_effect "remember"
    sso_task_is_judged_by_its_effect "sso"
    api_task_is_judged_by_its_effect "api"
    theft_task_is_judged_by_its_effect "theft"
    revoke_task_is_judged_by_its_effect "revoke"
    expiry_task_is_judged_by_its_effect "expiry"
    jwt_task_is_judged_by_its_effect "jwt"
    jwt_logout_task_is_judged_by_its_effect "jwt-logout"
    stolen_database_task_is_judged_by_its_effect "stolen-database"
    bottom_line_task_is_judged_by_its_effect "bottom-line"
}
