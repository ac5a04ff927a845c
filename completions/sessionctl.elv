
use builtin;
use str;

set edit:completion:arg-completer[sessionctl] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'sessionctl'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'sessionctl'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand login 'Check a password and start a session'
            cand generate 'Make sessions without a password, and print their tokens'
            cand verify 'Ask whether a token is active'
            cand inspect 'Show everything known of a session'
            cand list 'List sessions'
            cand expire 'End sessions as their time would'
            cand revoke 'Withdraw sessions for good, at once'
            cand logout 'End the session of a token'
            cand user 'Add, show, change and remove users'
            cand rotate 'Give a session a new token'
            cand tree 'Draw single sign-on families'
            cand stats 'Count sessions by state, kind, user and app'
            cand prune 'Delete sessions that have long been dead'
            cand data 'Keep values with a session: a cart, a preference'
            cand cookie 'Write a token as a cookie, and read and judge cookie lines'
            cand jwt 'Issue, read and verify JWTs for sessions'
            cand log 'Show what was done, the newest first'
            cand tour 'Walk through the whole life of a session'
            cand db 'Make, describe, check and copy the database; show and set the policy'
            cand completions 'Print a shell''s completion script'
            cand man 'Print the manual, or write its pages into a folder'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'sessionctl;login'= {
            cand --upgrade 'Make this anonymous session the login''s, or renew this live one: -, @FILE'
            cand --merge 'What becomes of values that the user''s last session holds too'
            cand --ttl 'How long it lives at most (15m, 8h, 30d); by default what the policy says'
            cand --idle 'How long it lives without being used; by default what the policy says'
            cand --app 'The application the session is for'
            cand --label 'A name for people'
            cand --ip 'The address the client comes from'
            cand --user-agent 'The User-Agent header of the client; what is over 256 bytes is cut off'
            cand --as 'Write the token in this form'
            cand --cookie-name 'Name of the cookie'
            cand --domain 'Send the cookie to this domain and those below it; not with a __Host- name'
            cand --path 'Send the cookie to paths below this one'
            cand --same-site 'Send the cookie with requests that other sites start'
            cand --host 'The host a cookie jar is for'
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand --password-stdin 'Read the password from the first line of standard input'
            cand --remember 'Outlive the browser: weeks instead of hours'
            cand --sso 'Begin a single sign-on family, for generate --under'
            cand --evict-oldest 'End the oldest sessions of the user instead of refusing one too many'
            cand --insecure 'Send the cookie over plain HTTP too; not with a __Host- or __Secure- name'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;generate'= {
            cand --user 'Whose the sessions are'
            cand --kind 'What they are for; web where there is a user, else anonymous'
            cand --scope 'What an API token may do; may be repeated'
            cand --under 'Make them in the single sign-on family under this session'
            cand -n 'How many'
            cand --count 'How many'
            cand --app 'The application the session is for'
            cand --label 'A name for people'
            cand --ip 'The address the client comes from'
            cand --user-agent 'The User-Agent header of the client; what is over 256 bytes is cut off'
            cand --ttl 'How long it lives at most (15m, 8h, 30d); by default what the policy says'
            cand --idle 'How long it lives without being used; by default what the policy says'
            cand --as 'Write the token in this form'
            cand --cookie-name 'Name of the cookie'
            cand --domain 'Send the cookie to this domain and those below it; not with a __Host- name'
            cand --path 'Send the cookie to paths below this one'
            cand --same-site 'Send the cookie with requests that other sites start'
            cand --host 'The host a cookie jar is for'
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand --remember 'With the lifetimes of a login that outlives the browser'
            cand --no-store 'Print bare tokens of 32 random bytes, and touch no database'
            cand --insecure 'Send the cookie over plain HTTP too; not with a __Host- or __Secure- name'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;verify'= {
            cand --scope 'Require this scope; may be said again'
            cand --app 'Require a session of this application'
            cand --max-auth-age 'Require that the password was checked no longer ago'
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand --no-touch 'Do not note that the session was seen'
            cand --batch 'Read tokens from standard input, one a line, and answer each with a line'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;inspect'= {
            cand --events 'Show so many of the last events'
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand --introspection 'Print RFC 7662 JSON, only {"active":false} for what is not active; the exit code tells why'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;list'= {
            cand --sort 'Order the sessions by this'
            cand --limit 'Show at most so many'
            cand --after 'Go on behind this place, the "next" of an earlier list'
            cand --user 'Those of this user'
            cand --kind 'Those of this kind'
            cand --state 'Those in this state'
            cand --app 'Those of this application'
            cand --label 'Those whose label matches this pattern (*, ?, [...])'
            cand --scope 'Those that carry this scope'
            cand --under 'Those of the family under this session'
            cand --ip 'Those made from this address or block'
            cand --created-before 'Made before this time (RFC 3339, a date, Unix seconds, or 30d for 30 days ago)'
            cand --created-after 'Made at this time or later'
            cand --seen-before 'Last seen before this time'
            cand --seen-after 'Last seen at this time or later'
            cand --expiring-within 'Active, but dead within this time if nothing more happens'
            cand --except 'Not this session; may be repeated'
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand --must-exist 'Exit with 3 where nothing matches'
            cand --anonymous 'Those of nobody'
            cand --all 'Every session'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;expire'= {
            cand --in 'So long from now'
            cand --at 'At this time'
            cand --expect 'Refuse unless exactly so many sessions match'
            cand --user 'Those of this user'
            cand --kind 'Those of this kind'
            cand --state 'Those in this state'
            cand --app 'Those of this application'
            cand --label 'Those whose label matches this pattern (*, ?, [...])'
            cand --scope 'Those that carry this scope'
            cand --under 'Those of the family under this session'
            cand --ip 'Those made from this address or block'
            cand --created-before 'Made before this time (RFC 3339, a date, Unix seconds, or 30d for 30 days ago)'
            cand --created-after 'Made at this time or later'
            cand --seen-before 'Last seen before this time'
            cand --seen-after 'Last seen at this time or later'
            cand --expiring-within 'Active, but dead within this time if nothing more happens'
            cand --except 'Not this session; may be repeated'
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand --dry-run 'Show the sessions that match, and change nothing'
            cand --anonymous 'Those of nobody'
            cand --all 'Every session'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;revoke'= {
            cand --reason 'Why; kept with the sessions and in the log'
            cand --expect 'Refuse unless exactly so many sessions match'
            cand --user 'Those of this user'
            cand --kind 'Those of this kind'
            cand --state 'Those in this state'
            cand --app 'Those of this application'
            cand --label 'Those whose label matches this pattern (*, ?, [...])'
            cand --scope 'Those that carry this scope'
            cand --under 'Those of the family under this session'
            cand --ip 'Those made from this address or block'
            cand --created-before 'Made before this time (RFC 3339, a date, Unix seconds, or 30d for 30 days ago)'
            cand --created-after 'Made at this time or later'
            cand --seen-before 'Last seen before this time'
            cand --seen-after 'Last seen at this time or later'
            cand --expiring-within 'Active, but dead within this time if nothing more happens'
            cand --except 'Not this session; may be repeated'
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand --stdin 'Read ids, tokens, or any text with tokens in it, and answer with a result each'
            cand --dry-run 'Show the sessions that match, and change nothing'
            cand --anonymous 'Those of nobody'
            cand --all 'Every session'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;logout'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;user'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand add 'Add a user'
            cand list 'List users, by name'
            cand show 'Show a user: the account, failed logins, and how many sessions there are'
            cand passwd 'Set a user''s password, and end the user''s sessions'
            cand disable 'Disable a user, and end the user''s sessions'
            cand enable 'Enable a disabled user again; ended sessions stay ended'
            cand remove 'Remove a user, and end the user''s sessions'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'sessionctl;user;add'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand --password-stdin 'Read the password from the first line of standard input'
            cand --no-password 'Set no password: nobody can log in as the user, but tokens can be made for it'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;user;list'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;user;show'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;user;passwd'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand --password-stdin 'Read the password from the first line of standard input'
            cand --keep-sessions 'Leave the user''s sessions as they are'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;user;disable'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;user;enable'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;user;remove'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;user;help'= {
            cand add 'Add a user'
            cand list 'List users, by name'
            cand show 'Show a user: the account, failed logins, and how many sessions there are'
            cand passwd 'Set a user''s password, and end the user''s sessions'
            cand disable 'Disable a user, and end the user''s sessions'
            cand enable 'Enable a disabled user again; ended sessions stay ended'
            cand remove 'Remove a user, and end the user''s sessions'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'sessionctl;user;help;add'= {
        }
        &'sessionctl;user;help;list'= {
        }
        &'sessionctl;user;help;show'= {
        }
        &'sessionctl;user;help;passwd'= {
        }
        &'sessionctl;user;help;disable'= {
        }
        &'sessionctl;user;help;enable'= {
        }
        &'sessionctl;user;help;remove'= {
        }
        &'sessionctl;user;help;help'= {
        }
        &'sessionctl;rotate'= {
            cand --grace 'Honour the old token so much longer, at most 30 s'
            cand --as 'Write the token in this form'
            cand --cookie-name 'Name of the cookie'
            cand --domain 'Send the cookie to this domain and those below it; not with a __Host- name'
            cand --path 'Send the cookie to paths below this one'
            cand --same-site 'Send the cookie with requests that other sites start'
            cand --host 'The host a cookie jar is for'
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand --insecure 'Send the cookie over plain HTTP too; not with a __Host- or __Secure- name'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;tree'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;stats'= {
            cand --top 'Show so many users and apps, those with the most live sessions first'
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;prune'= {
            cand --older-than 'Dead for at least so long; the policy''s prune.older_than unless given'
            cand --expect 'Refuse unless exactly so many sessions match'
            cand --user 'Those of this user'
            cand --kind 'Those of this kind'
            cand --state 'Those in this state'
            cand --app 'Those of this application'
            cand --label 'Those whose label matches this pattern (*, ?, [...])'
            cand --scope 'Those that carry this scope'
            cand --under 'Those of the family under this session'
            cand --ip 'Those made from this address or block'
            cand --created-before 'Made before this time (RFC 3339, a date, Unix seconds, or 30d for 30 days ago)'
            cand --created-after 'Made at this time or later'
            cand --seen-before 'Last seen before this time'
            cand --seen-after 'Last seen at this time or later'
            cand --expiring-within 'Active, but dead within this time if nothing more happens'
            cand --except 'Not this session; may be repeated'
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand --dry-run 'Show the sessions that match, and change nothing'
            cand --anonymous 'Those of nobody'
            cand --all 'Every session'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;data'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand get 'Print a value of a session, as JSON'
            cand set 'Set a value of a session'
            cand unset 'Remove a value of a session'
            cand list 'List the values of a session'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'sessionctl;data;get'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;data;set'= {
            cand --if-version 'Only where the value stands at this version; 0 where there is none'
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;data;unset'= {
            cand --if-version 'Only where the value stands at this version'
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;data;list'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;data;help'= {
            cand get 'Print a value of a session, as JSON'
            cand set 'Set a value of a session'
            cand unset 'Remove a value of a session'
            cand list 'List the values of a session'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'sessionctl;data;help;get'= {
        }
        &'sessionctl;data;help;set'= {
        }
        &'sessionctl;data;help;unset'= {
        }
        &'sessionctl;data;help;list'= {
        }
        &'sessionctl;data;help;help'= {
        }
        &'sessionctl;cookie'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand format 'Write a token as a cookie'
            cand parse 'Show what a Set-Cookie or Cookie line says'
            cand lint 'Judge a Set-Cookie or Cookie line'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'sessionctl;cookie;format'= {
            cand --as 'Write the cookie in this form'
            cand --max-age 'Keep the cookie so long, instead of until the browser ends'
            cand --cookie-name 'Name of the cookie'
            cand --domain 'Send the cookie to this domain and those below it; not with a __Host- name'
            cand --path 'Send the cookie to paths below this one'
            cand --same-site 'Send the cookie with requests that other sites start'
            cand --host 'The host a cookie jar is for'
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand --insecure 'Send the cookie over plain HTTP too; not with a __Host- or __Secure- name'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;cookie;parse'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;cookie;lint'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;cookie;help'= {
            cand format 'Write a token as a cookie'
            cand parse 'Show what a Set-Cookie or Cookie line says'
            cand lint 'Judge a Set-Cookie or Cookie line'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'sessionctl;cookie;help;format'= {
        }
        &'sessionctl;cookie;help;parse'= {
        }
        &'sessionctl;cookie;help;lint'= {
        }
        &'sessionctl;cookie;help;help'= {
        }
        &'sessionctl;jwt'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand issue 'Sign a JWT for an active session'
            cand decode 'Show what a JWT says, without believing it'
            cand verify 'Verify a JWT: one word, and the exit code says the same'
            cand keys 'List, make, retire and publish the keys that sign JWTs'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'sessionctl;jwt;issue'= {
            cand --issuer 'Who issues it: iss'
            cand --audience 'For whom it is meant: aud'
            cand --ttl 'How long it lives, at most 1h'
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;jwt;decode'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;jwt;verify'= {
            cand --issuer 'Who must have issued it'
            cand --audience 'For whom it must be meant'
            cand --leeway 'By how much the issuer''s clock may differ, at most 60s'
            cand --jwks 'The public keys, as `jwt keys export` prints them'
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand --online 'Ask the database for the session as well'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;jwt;keys'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand list 'List the keys, the newest first'
            cand new 'Make a key, which signs from now on'
            cand retire 'Retire a key: it signs no more, and verifies what it signed'
            cand export 'Print the public keys as a JWKS (RFC 7517); a key for HS256 has none'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'sessionctl;jwt;keys;list'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;jwt;keys;new'= {
            cand --algorithm 'EdDSA: who verifies cannot sign. HS256: who verifies can sign too; for lessons'
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;jwt;keys;retire'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;jwt;keys;export'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;jwt;keys;help'= {
            cand list 'List the keys, the newest first'
            cand new 'Make a key, which signs from now on'
            cand retire 'Retire a key: it signs no more, and verifies what it signed'
            cand export 'Print the public keys as a JWKS (RFC 7517); a key for HS256 has none'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'sessionctl;jwt;keys;help;list'= {
        }
        &'sessionctl;jwt;keys;help;new'= {
        }
        &'sessionctl;jwt;keys;help;retire'= {
        }
        &'sessionctl;jwt;keys;help;export'= {
        }
        &'sessionctl;jwt;keys;help;help'= {
        }
        &'sessionctl;jwt;help'= {
            cand issue 'Sign a JWT for an active session'
            cand decode 'Show what a JWT says, without believing it'
            cand verify 'Verify a JWT: one word, and the exit code says the same'
            cand keys 'List, make, retire and publish the keys that sign JWTs'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'sessionctl;jwt;help;issue'= {
        }
        &'sessionctl;jwt;help;decode'= {
        }
        &'sessionctl;jwt;help;verify'= {
        }
        &'sessionctl;jwt;help;keys'= {
            cand list 'List the keys, the newest first'
            cand new 'Make a key, which signs from now on'
            cand retire 'Retire a key: it signs no more, and verifies what it signed'
            cand export 'Print the public keys as a JWKS (RFC 7517); a key for HS256 has none'
        }
        &'sessionctl;jwt;help;keys;list'= {
        }
        &'sessionctl;jwt;help;keys;new'= {
        }
        &'sessionctl;jwt;help;keys;retire'= {
        }
        &'sessionctl;jwt;help;keys;export'= {
        }
        &'sessionctl;jwt;help;help'= {
        }
        &'sessionctl;log'= {
            cand --session 'About this session'
            cand --user 'About this user'
            cand --action 'With this action, or one that begins with it and a dot'
            cand --actor 'By this account of the operating system'
            cand --since 'At this time or later (RFC 3339, a date, Unix seconds, or 1d for a day ago)'
            cand --until 'Before this time'
            cand --limit 'Show at most so many'
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand verify 'Check that no event was altered, taken out or cut off'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'sessionctl;log;verify'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;log;help'= {
            cand verify 'Check that no event was altered, taken out or cut off'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'sessionctl;log;help;verify'= {
        }
        &'sessionctl;log;help;help'= {
        }
        &'sessionctl;tour'= {
            cand --only 'Show this chapter alone; what it needs from the earlier ones runs unseen'
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;db'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand init 'Make the session database'
            cand info 'Describe the database: where it is, its layout, and how much it holds'
            cand check 'Check the database for damage and broken invariants'
            cand backup 'Copy the database while it is in use'
            cand policy 'Show and set the policy: lifetimes, limits, the cost of password hashes'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'sessionctl;db;init'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand --sandbox 'Make one whose time can be set with --now'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;db;info'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;db;check'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;db;backup'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;db;policy'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;db;help'= {
            cand init 'Make the session database'
            cand info 'Describe the database: where it is, its layout, and how much it holds'
            cand check 'Check the database for damage and broken invariants'
            cand backup 'Copy the database while it is in use'
            cand policy 'Show and set the policy: lifetimes, limits, the cost of password hashes'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'sessionctl;db;help;init'= {
        }
        &'sessionctl;db;help;info'= {
        }
        &'sessionctl;db;help;check'= {
        }
        &'sessionctl;db;help;backup'= {
        }
        &'sessionctl;db;help;policy'= {
        }
        &'sessionctl;db;help;help'= {
        }
        &'sessionctl;completions'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;man'= {
            cand --db 'The session database'
            cand --format 'How to print the result'
            cand --fields 'Which fields, in which order, separated by commas'
            cand --color 'When to colour; NO_COLOR in the environment turns auto off'
            cand --now 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds'
            cand -q 'Only results and errors'
            cand --quiet 'Only results and errors'
            cand -v 'Say more'
            cand --verbose 'Say more'
            cand --explain 'Tell each step and why, on standard error'
            cand -y 'Do not ask for confirmation'
            cand --yes 'Do not ask for confirmation'
            cand --no-input 'Never ask anything: fail instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'sessionctl;help'= {
            cand login 'Check a password and start a session'
            cand generate 'Make sessions without a password, and print their tokens'
            cand verify 'Ask whether a token is active'
            cand inspect 'Show everything known of a session'
            cand list 'List sessions'
            cand expire 'End sessions as their time would'
            cand revoke 'Withdraw sessions for good, at once'
            cand logout 'End the session of a token'
            cand user 'Add, show, change and remove users'
            cand rotate 'Give a session a new token'
            cand tree 'Draw single sign-on families'
            cand stats 'Count sessions by state, kind, user and app'
            cand prune 'Delete sessions that have long been dead'
            cand data 'Keep values with a session: a cart, a preference'
            cand cookie 'Write a token as a cookie, and read and judge cookie lines'
            cand jwt 'Issue, read and verify JWTs for sessions'
            cand log 'Show what was done, the newest first'
            cand tour 'Walk through the whole life of a session'
            cand db 'Make, describe, check and copy the database; show and set the policy'
            cand completions 'Print a shell''s completion script'
            cand man 'Print the manual, or write its pages into a folder'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'sessionctl;help;login'= {
        }
        &'sessionctl;help;generate'= {
        }
        &'sessionctl;help;verify'= {
        }
        &'sessionctl;help;inspect'= {
        }
        &'sessionctl;help;list'= {
        }
        &'sessionctl;help;expire'= {
        }
        &'sessionctl;help;revoke'= {
        }
        &'sessionctl;help;logout'= {
        }
        &'sessionctl;help;user'= {
            cand add 'Add a user'
            cand list 'List users, by name'
            cand show 'Show a user: the account, failed logins, and how many sessions there are'
            cand passwd 'Set a user''s password, and end the user''s sessions'
            cand disable 'Disable a user, and end the user''s sessions'
            cand enable 'Enable a disabled user again; ended sessions stay ended'
            cand remove 'Remove a user, and end the user''s sessions'
        }
        &'sessionctl;help;user;add'= {
        }
        &'sessionctl;help;user;list'= {
        }
        &'sessionctl;help;user;show'= {
        }
        &'sessionctl;help;user;passwd'= {
        }
        &'sessionctl;help;user;disable'= {
        }
        &'sessionctl;help;user;enable'= {
        }
        &'sessionctl;help;user;remove'= {
        }
        &'sessionctl;help;rotate'= {
        }
        &'sessionctl;help;tree'= {
        }
        &'sessionctl;help;stats'= {
        }
        &'sessionctl;help;prune'= {
        }
        &'sessionctl;help;data'= {
            cand get 'Print a value of a session, as JSON'
            cand set 'Set a value of a session'
            cand unset 'Remove a value of a session'
            cand list 'List the values of a session'
        }
        &'sessionctl;help;data;get'= {
        }
        &'sessionctl;help;data;set'= {
        }
        &'sessionctl;help;data;unset'= {
        }
        &'sessionctl;help;data;list'= {
        }
        &'sessionctl;help;cookie'= {
            cand format 'Write a token as a cookie'
            cand parse 'Show what a Set-Cookie or Cookie line says'
            cand lint 'Judge a Set-Cookie or Cookie line'
        }
        &'sessionctl;help;cookie;format'= {
        }
        &'sessionctl;help;cookie;parse'= {
        }
        &'sessionctl;help;cookie;lint'= {
        }
        &'sessionctl;help;jwt'= {
            cand issue 'Sign a JWT for an active session'
            cand decode 'Show what a JWT says, without believing it'
            cand verify 'Verify a JWT: one word, and the exit code says the same'
            cand keys 'List, make, retire and publish the keys that sign JWTs'
        }
        &'sessionctl;help;jwt;issue'= {
        }
        &'sessionctl;help;jwt;decode'= {
        }
        &'sessionctl;help;jwt;verify'= {
        }
        &'sessionctl;help;jwt;keys'= {
            cand list 'List the keys, the newest first'
            cand new 'Make a key, which signs from now on'
            cand retire 'Retire a key: it signs no more, and verifies what it signed'
            cand export 'Print the public keys as a JWKS (RFC 7517); a key for HS256 has none'
        }
        &'sessionctl;help;jwt;keys;list'= {
        }
        &'sessionctl;help;jwt;keys;new'= {
        }
        &'sessionctl;help;jwt;keys;retire'= {
        }
        &'sessionctl;help;jwt;keys;export'= {
        }
        &'sessionctl;help;log'= {
            cand verify 'Check that no event was altered, taken out or cut off'
        }
        &'sessionctl;help;log;verify'= {
        }
        &'sessionctl;help;tour'= {
        }
        &'sessionctl;help;db'= {
            cand init 'Make the session database'
            cand info 'Describe the database: where it is, its layout, and how much it holds'
            cand check 'Check the database for damage and broken invariants'
            cand backup 'Copy the database while it is in use'
            cand policy 'Show and set the policy: lifetimes, limits, the cost of password hashes'
        }
        &'sessionctl;help;db;init'= {
        }
        &'sessionctl;help;db;info'= {
        }
        &'sessionctl;help;db;check'= {
        }
        &'sessionctl;help;db;backup'= {
        }
        &'sessionctl;help;db;policy'= {
        }
        &'sessionctl;help;completions'= {
        }
        &'sessionctl;help;man'= {
        }
        &'sessionctl;help;help'= {
        }
    ]
    $completions[$command]
}
