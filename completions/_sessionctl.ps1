
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'sessionctl' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'sessionctl'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'sessionctl' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('login', 'login', [CompletionResultType]::ParameterValue, 'Check a password and start a session')
            [CompletionResult]::new('generate', 'generate', [CompletionResultType]::ParameterValue, 'Make sessions without a password, and print their tokens')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Ask whether a token is active')
            [CompletionResult]::new('inspect', 'inspect', [CompletionResultType]::ParameterValue, 'Show everything known of a session')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List sessions')
            [CompletionResult]::new('expire', 'expire', [CompletionResultType]::ParameterValue, 'End sessions as their time would')
            [CompletionResult]::new('revoke', 'revoke', [CompletionResultType]::ParameterValue, 'Withdraw sessions for good, at once')
            [CompletionResult]::new('logout', 'logout', [CompletionResultType]::ParameterValue, 'End the session of a token')
            [CompletionResult]::new('user', 'user', [CompletionResultType]::ParameterValue, 'Add, show, change and remove users')
            [CompletionResult]::new('rotate', 'rotate', [CompletionResultType]::ParameterValue, 'Give a session a new token')
            [CompletionResult]::new('tree', 'tree', [CompletionResultType]::ParameterValue, 'Draw single sign-on families')
            [CompletionResult]::new('stats', 'stats', [CompletionResultType]::ParameterValue, 'Count sessions by state, kind, user and app')
            [CompletionResult]::new('prune', 'prune', [CompletionResultType]::ParameterValue, 'Delete sessions that have long been dead')
            [CompletionResult]::new('data', 'data', [CompletionResultType]::ParameterValue, 'Keep values with a session: a cart, a preference')
            [CompletionResult]::new('cookie', 'cookie', [CompletionResultType]::ParameterValue, 'Write a token as a cookie, and read and judge cookie lines')
            [CompletionResult]::new('jwt', 'jwt', [CompletionResultType]::ParameterValue, 'Issue, read and verify JWTs for sessions')
            [CompletionResult]::new('log', 'log', [CompletionResultType]::ParameterValue, 'Show what was done, the newest first')
            [CompletionResult]::new('tour', 'tour', [CompletionResultType]::ParameterValue, 'Walk through the whole life of a session')
            [CompletionResult]::new('db', 'db', [CompletionResultType]::ParameterValue, 'Make, describe, check and copy the database; show and set the policy')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a shell''s completion script')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual, or write its pages into a folder')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sessionctl;login' {
            [CompletionResult]::new('--upgrade', '--upgrade', [CompletionResultType]::ParameterName, 'Make this anonymous session the login''s, or renew this live one: -, @FILE')
            [CompletionResult]::new('--merge', '--merge', [CompletionResultType]::ParameterName, 'What becomes of values that the user''s last session holds too')
            [CompletionResult]::new('--ttl', '--ttl', [CompletionResultType]::ParameterName, 'How long it lives at most (15m, 8h, 30d); by default what the policy says')
            [CompletionResult]::new('--idle', '--idle', [CompletionResultType]::ParameterName, 'How long it lives without being used; by default what the policy says')
            [CompletionResult]::new('--app', '--app', [CompletionResultType]::ParameterName, 'The application the session is for')
            [CompletionResult]::new('--label', '--label', [CompletionResultType]::ParameterName, 'A name for people')
            [CompletionResult]::new('--ip', '--ip', [CompletionResultType]::ParameterName, 'The address the client comes from')
            [CompletionResult]::new('--user-agent', '--user-agent', [CompletionResultType]::ParameterName, 'The User-Agent header of the client; what is over 256 bytes is cut off')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Write the token in this form')
            [CompletionResult]::new('--cookie-name', '--cookie-name', [CompletionResultType]::ParameterName, 'Name of the cookie')
            [CompletionResult]::new('--domain', '--domain', [CompletionResultType]::ParameterName, 'Send the cookie to this domain and those below it; not with a __Host- name')
            [CompletionResult]::new('--path', '--path', [CompletionResultType]::ParameterName, 'Send the cookie to paths below this one')
            [CompletionResult]::new('--same-site', '--same-site', [CompletionResultType]::ParameterName, 'Send the cookie with requests that other sites start')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'The host a cookie jar is for')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read the password from the first line of standard input')
            [CompletionResult]::new('--remember', '--remember', [CompletionResultType]::ParameterName, 'Outlive the browser: weeks instead of hours')
            [CompletionResult]::new('--sso', '--sso', [CompletionResultType]::ParameterName, 'Begin a single sign-on family, for generate --under')
            [CompletionResult]::new('--evict-oldest', '--evict-oldest', [CompletionResultType]::ParameterName, 'End the oldest sessions of the user instead of refusing one too many')
            [CompletionResult]::new('--insecure', '--insecure', [CompletionResultType]::ParameterName, 'Send the cookie over plain HTTP too; not with a __Host- or __Secure- name')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;generate' {
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'Whose the sessions are')
            [CompletionResult]::new('--kind', '--kind', [CompletionResultType]::ParameterName, 'What they are for; web where there is a user, else anonymous')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'What an API token may do; may be repeated')
            [CompletionResult]::new('--under', '--under', [CompletionResultType]::ParameterName, 'Make them in the single sign-on family under this session')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'How many')
            [CompletionResult]::new('--count', '--count', [CompletionResultType]::ParameterName, 'How many')
            [CompletionResult]::new('--app', '--app', [CompletionResultType]::ParameterName, 'The application the session is for')
            [CompletionResult]::new('--label', '--label', [CompletionResultType]::ParameterName, 'A name for people')
            [CompletionResult]::new('--ip', '--ip', [CompletionResultType]::ParameterName, 'The address the client comes from')
            [CompletionResult]::new('--user-agent', '--user-agent', [CompletionResultType]::ParameterName, 'The User-Agent header of the client; what is over 256 bytes is cut off')
            [CompletionResult]::new('--ttl', '--ttl', [CompletionResultType]::ParameterName, 'How long it lives at most (15m, 8h, 30d); by default what the policy says')
            [CompletionResult]::new('--idle', '--idle', [CompletionResultType]::ParameterName, 'How long it lives without being used; by default what the policy says')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Write the token in this form')
            [CompletionResult]::new('--cookie-name', '--cookie-name', [CompletionResultType]::ParameterName, 'Name of the cookie')
            [CompletionResult]::new('--domain', '--domain', [CompletionResultType]::ParameterName, 'Send the cookie to this domain and those below it; not with a __Host- name')
            [CompletionResult]::new('--path', '--path', [CompletionResultType]::ParameterName, 'Send the cookie to paths below this one')
            [CompletionResult]::new('--same-site', '--same-site', [CompletionResultType]::ParameterName, 'Send the cookie with requests that other sites start')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'The host a cookie jar is for')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('--remember', '--remember', [CompletionResultType]::ParameterName, 'With the lifetimes of a login that outlives the browser')
            [CompletionResult]::new('--no-store', '--no-store', [CompletionResultType]::ParameterName, 'Print bare tokens of 32 random bytes, and touch no database')
            [CompletionResult]::new('--insecure', '--insecure', [CompletionResultType]::ParameterName, 'Send the cookie over plain HTTP too; not with a __Host- or __Secure- name')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;verify' {
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Require this scope; may be said again')
            [CompletionResult]::new('--app', '--app', [CompletionResultType]::ParameterName, 'Require a session of this application')
            [CompletionResult]::new('--max-auth-age', '--max-auth-age', [CompletionResultType]::ParameterName, 'Require that the password was checked no longer ago')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('--no-touch', '--no-touch', [CompletionResultType]::ParameterName, 'Do not note that the session was seen')
            [CompletionResult]::new('--batch', '--batch', [CompletionResultType]::ParameterName, 'Read tokens from standard input, one a line, and answer each with a line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;inspect' {
            [CompletionResult]::new('--events', '--events', [CompletionResultType]::ParameterName, 'Show so many of the last events')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('--introspection', '--introspection', [CompletionResultType]::ParameterName, 'Print RFC 7662 JSON, only {"active":false} for what is not active; the exit code tells why')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;list' {
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Order the sessions by this')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Show at most so many')
            [CompletionResult]::new('--after', '--after', [CompletionResultType]::ParameterName, 'Go on behind this place, the "next" of an earlier list')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'Those of this user')
            [CompletionResult]::new('--kind', '--kind', [CompletionResultType]::ParameterName, 'Those of this kind')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'Those in this state')
            [CompletionResult]::new('--app', '--app', [CompletionResultType]::ParameterName, 'Those of this application')
            [CompletionResult]::new('--label', '--label', [CompletionResultType]::ParameterName, 'Those whose label matches this pattern (*, ?, [...])')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Those that carry this scope')
            [CompletionResult]::new('--under', '--under', [CompletionResultType]::ParameterName, 'Those of the family under this session')
            [CompletionResult]::new('--ip', '--ip', [CompletionResultType]::ParameterName, 'Those made from this address or block')
            [CompletionResult]::new('--created-before', '--created-before', [CompletionResultType]::ParameterName, 'Made before this time (RFC 3339, a date, Unix seconds, or 30d for 30 days ago)')
            [CompletionResult]::new('--created-after', '--created-after', [CompletionResultType]::ParameterName, 'Made at this time or later')
            [CompletionResult]::new('--seen-before', '--seen-before', [CompletionResultType]::ParameterName, 'Last seen before this time')
            [CompletionResult]::new('--seen-after', '--seen-after', [CompletionResultType]::ParameterName, 'Last seen at this time or later')
            [CompletionResult]::new('--expiring-within', '--expiring-within', [CompletionResultType]::ParameterName, 'Active, but dead within this time if nothing more happens')
            [CompletionResult]::new('--except', '--except', [CompletionResultType]::ParameterName, 'Not this session; may be repeated')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('--must-exist', '--must-exist', [CompletionResultType]::ParameterName, 'Exit with 3 where nothing matches')
            [CompletionResult]::new('--anonymous', '--anonymous', [CompletionResultType]::ParameterName, 'Those of nobody')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Every session')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;expire' {
            [CompletionResult]::new('--in', '--in', [CompletionResultType]::ParameterName, 'So long from now')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'At this time')
            [CompletionResult]::new('--expect', '--expect', [CompletionResultType]::ParameterName, 'Refuse unless exactly so many sessions match')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'Those of this user')
            [CompletionResult]::new('--kind', '--kind', [CompletionResultType]::ParameterName, 'Those of this kind')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'Those in this state')
            [CompletionResult]::new('--app', '--app', [CompletionResultType]::ParameterName, 'Those of this application')
            [CompletionResult]::new('--label', '--label', [CompletionResultType]::ParameterName, 'Those whose label matches this pattern (*, ?, [...])')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Those that carry this scope')
            [CompletionResult]::new('--under', '--under', [CompletionResultType]::ParameterName, 'Those of the family under this session')
            [CompletionResult]::new('--ip', '--ip', [CompletionResultType]::ParameterName, 'Those made from this address or block')
            [CompletionResult]::new('--created-before', '--created-before', [CompletionResultType]::ParameterName, 'Made before this time (RFC 3339, a date, Unix seconds, or 30d for 30 days ago)')
            [CompletionResult]::new('--created-after', '--created-after', [CompletionResultType]::ParameterName, 'Made at this time or later')
            [CompletionResult]::new('--seen-before', '--seen-before', [CompletionResultType]::ParameterName, 'Last seen before this time')
            [CompletionResult]::new('--seen-after', '--seen-after', [CompletionResultType]::ParameterName, 'Last seen at this time or later')
            [CompletionResult]::new('--expiring-within', '--expiring-within', [CompletionResultType]::ParameterName, 'Active, but dead within this time if nothing more happens')
            [CompletionResult]::new('--except', '--except', [CompletionResultType]::ParameterName, 'Not this session; may be repeated')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show the sessions that match, and change nothing')
            [CompletionResult]::new('--anonymous', '--anonymous', [CompletionResultType]::ParameterName, 'Those of nobody')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Every session')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;revoke' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why; kept with the sessions and in the log')
            [CompletionResult]::new('--expect', '--expect', [CompletionResultType]::ParameterName, 'Refuse unless exactly so many sessions match')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'Those of this user')
            [CompletionResult]::new('--kind', '--kind', [CompletionResultType]::ParameterName, 'Those of this kind')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'Those in this state')
            [CompletionResult]::new('--app', '--app', [CompletionResultType]::ParameterName, 'Those of this application')
            [CompletionResult]::new('--label', '--label', [CompletionResultType]::ParameterName, 'Those whose label matches this pattern (*, ?, [...])')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Those that carry this scope')
            [CompletionResult]::new('--under', '--under', [CompletionResultType]::ParameterName, 'Those of the family under this session')
            [CompletionResult]::new('--ip', '--ip', [CompletionResultType]::ParameterName, 'Those made from this address or block')
            [CompletionResult]::new('--created-before', '--created-before', [CompletionResultType]::ParameterName, 'Made before this time (RFC 3339, a date, Unix seconds, or 30d for 30 days ago)')
            [CompletionResult]::new('--created-after', '--created-after', [CompletionResultType]::ParameterName, 'Made at this time or later')
            [CompletionResult]::new('--seen-before', '--seen-before', [CompletionResultType]::ParameterName, 'Last seen before this time')
            [CompletionResult]::new('--seen-after', '--seen-after', [CompletionResultType]::ParameterName, 'Last seen at this time or later')
            [CompletionResult]::new('--expiring-within', '--expiring-within', [CompletionResultType]::ParameterName, 'Active, but dead within this time if nothing more happens')
            [CompletionResult]::new('--except', '--except', [CompletionResultType]::ParameterName, 'Not this session; may be repeated')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('--stdin', '--stdin', [CompletionResultType]::ParameterName, 'Read ids, tokens, or any text with tokens in it, and answer with a result each')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show the sessions that match, and change nothing')
            [CompletionResult]::new('--anonymous', '--anonymous', [CompletionResultType]::ParameterName, 'Those of nobody')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Every session')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;logout' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;user' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a user')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List users, by name')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a user: the account, failed logins, and how many sessions there are')
            [CompletionResult]::new('passwd', 'passwd', [CompletionResultType]::ParameterValue, 'Set a user''s password, and end the user''s sessions')
            [CompletionResult]::new('disable', 'disable', [CompletionResultType]::ParameterValue, 'Disable a user, and end the user''s sessions')
            [CompletionResult]::new('enable', 'enable', [CompletionResultType]::ParameterValue, 'Enable a disabled user again; ended sessions stay ended')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a user, and end the user''s sessions')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sessionctl;user;add' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read the password from the first line of standard input')
            [CompletionResult]::new('--no-password', '--no-password', [CompletionResultType]::ParameterName, 'Set no password: nobody can log in as the user, but tokens can be made for it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;user;list' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;user;show' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;user;passwd' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read the password from the first line of standard input')
            [CompletionResult]::new('--keep-sessions', '--keep-sessions', [CompletionResultType]::ParameterName, 'Leave the user''s sessions as they are')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;user;disable' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;user;enable' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;user;remove' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;user;help' {
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a user')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List users, by name')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a user: the account, failed logins, and how many sessions there are')
            [CompletionResult]::new('passwd', 'passwd', [CompletionResultType]::ParameterValue, 'Set a user''s password, and end the user''s sessions')
            [CompletionResult]::new('disable', 'disable', [CompletionResultType]::ParameterValue, 'Disable a user, and end the user''s sessions')
            [CompletionResult]::new('enable', 'enable', [CompletionResultType]::ParameterValue, 'Enable a disabled user again; ended sessions stay ended')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a user, and end the user''s sessions')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sessionctl;user;help;add' {
            break
        }
        'sessionctl;user;help;list' {
            break
        }
        'sessionctl;user;help;show' {
            break
        }
        'sessionctl;user;help;passwd' {
            break
        }
        'sessionctl;user;help;disable' {
            break
        }
        'sessionctl;user;help;enable' {
            break
        }
        'sessionctl;user;help;remove' {
            break
        }
        'sessionctl;user;help;help' {
            break
        }
        'sessionctl;rotate' {
            [CompletionResult]::new('--grace', '--grace', [CompletionResultType]::ParameterName, 'Honour the old token so much longer, at most 30 s')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Write the token in this form')
            [CompletionResult]::new('--cookie-name', '--cookie-name', [CompletionResultType]::ParameterName, 'Name of the cookie')
            [CompletionResult]::new('--domain', '--domain', [CompletionResultType]::ParameterName, 'Send the cookie to this domain and those below it; not with a __Host- name')
            [CompletionResult]::new('--path', '--path', [CompletionResultType]::ParameterName, 'Send the cookie to paths below this one')
            [CompletionResult]::new('--same-site', '--same-site', [CompletionResultType]::ParameterName, 'Send the cookie with requests that other sites start')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'The host a cookie jar is for')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('--insecure', '--insecure', [CompletionResultType]::ParameterName, 'Send the cookie over plain HTTP too; not with a __Host- or __Secure- name')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;tree' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;stats' {
            [CompletionResult]::new('--top', '--top', [CompletionResultType]::ParameterName, 'Show so many users and apps, those with the most live sessions first')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;prune' {
            [CompletionResult]::new('--older-than', '--older-than', [CompletionResultType]::ParameterName, 'Dead for at least so long; the policy''s prune.older_than unless given')
            [CompletionResult]::new('--expect', '--expect', [CompletionResultType]::ParameterName, 'Refuse unless exactly so many sessions match')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'Those of this user')
            [CompletionResult]::new('--kind', '--kind', [CompletionResultType]::ParameterName, 'Those of this kind')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'Those in this state')
            [CompletionResult]::new('--app', '--app', [CompletionResultType]::ParameterName, 'Those of this application')
            [CompletionResult]::new('--label', '--label', [CompletionResultType]::ParameterName, 'Those whose label matches this pattern (*, ?, [...])')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Those that carry this scope')
            [CompletionResult]::new('--under', '--under', [CompletionResultType]::ParameterName, 'Those of the family under this session')
            [CompletionResult]::new('--ip', '--ip', [CompletionResultType]::ParameterName, 'Those made from this address or block')
            [CompletionResult]::new('--created-before', '--created-before', [CompletionResultType]::ParameterName, 'Made before this time (RFC 3339, a date, Unix seconds, or 30d for 30 days ago)')
            [CompletionResult]::new('--created-after', '--created-after', [CompletionResultType]::ParameterName, 'Made at this time or later')
            [CompletionResult]::new('--seen-before', '--seen-before', [CompletionResultType]::ParameterName, 'Last seen before this time')
            [CompletionResult]::new('--seen-after', '--seen-after', [CompletionResultType]::ParameterName, 'Last seen at this time or later')
            [CompletionResult]::new('--expiring-within', '--expiring-within', [CompletionResultType]::ParameterName, 'Active, but dead within this time if nothing more happens')
            [CompletionResult]::new('--except', '--except', [CompletionResultType]::ParameterName, 'Not this session; may be repeated')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show the sessions that match, and change nothing')
            [CompletionResult]::new('--anonymous', '--anonymous', [CompletionResultType]::ParameterName, 'Those of nobody')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Every session')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;data' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('get', 'get', [CompletionResultType]::ParameterValue, 'Print a value of a session, as JSON')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Set a value of a session')
            [CompletionResult]::new('unset', 'unset', [CompletionResultType]::ParameterValue, 'Remove a value of a session')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the values of a session')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sessionctl;data;get' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;data;set' {
            [CompletionResult]::new('--if-version', '--if-version', [CompletionResultType]::ParameterName, 'Only where the value stands at this version; 0 where there is none')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;data;unset' {
            [CompletionResult]::new('--if-version', '--if-version', [CompletionResultType]::ParameterName, 'Only where the value stands at this version')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;data;list' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;data;help' {
            [CompletionResult]::new('get', 'get', [CompletionResultType]::ParameterValue, 'Print a value of a session, as JSON')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Set a value of a session')
            [CompletionResult]::new('unset', 'unset', [CompletionResultType]::ParameterValue, 'Remove a value of a session')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the values of a session')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sessionctl;data;help;get' {
            break
        }
        'sessionctl;data;help;set' {
            break
        }
        'sessionctl;data;help;unset' {
            break
        }
        'sessionctl;data;help;list' {
            break
        }
        'sessionctl;data;help;help' {
            break
        }
        'sessionctl;cookie' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('format', 'format', [CompletionResultType]::ParameterValue, 'Write a token as a cookie')
            [CompletionResult]::new('parse', 'parse', [CompletionResultType]::ParameterValue, 'Show what a Set-Cookie or Cookie line says')
            [CompletionResult]::new('lint', 'lint', [CompletionResultType]::ParameterValue, 'Judge a Set-Cookie or Cookie line')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sessionctl;cookie;format' {
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Write the cookie in this form')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Keep the cookie so long, instead of until the browser ends')
            [CompletionResult]::new('--cookie-name', '--cookie-name', [CompletionResultType]::ParameterName, 'Name of the cookie')
            [CompletionResult]::new('--domain', '--domain', [CompletionResultType]::ParameterName, 'Send the cookie to this domain and those below it; not with a __Host- name')
            [CompletionResult]::new('--path', '--path', [CompletionResultType]::ParameterName, 'Send the cookie to paths below this one')
            [CompletionResult]::new('--same-site', '--same-site', [CompletionResultType]::ParameterName, 'Send the cookie with requests that other sites start')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'The host a cookie jar is for')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('--insecure', '--insecure', [CompletionResultType]::ParameterName, 'Send the cookie over plain HTTP too; not with a __Host- or __Secure- name')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;cookie;parse' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;cookie;lint' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;cookie;help' {
            [CompletionResult]::new('format', 'format', [CompletionResultType]::ParameterValue, 'Write a token as a cookie')
            [CompletionResult]::new('parse', 'parse', [CompletionResultType]::ParameterValue, 'Show what a Set-Cookie or Cookie line says')
            [CompletionResult]::new('lint', 'lint', [CompletionResultType]::ParameterValue, 'Judge a Set-Cookie or Cookie line')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sessionctl;cookie;help;format' {
            break
        }
        'sessionctl;cookie;help;parse' {
            break
        }
        'sessionctl;cookie;help;lint' {
            break
        }
        'sessionctl;cookie;help;help' {
            break
        }
        'sessionctl;jwt' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('issue', 'issue', [CompletionResultType]::ParameterValue, 'Sign a JWT for an active session')
            [CompletionResult]::new('decode', 'decode', [CompletionResultType]::ParameterValue, 'Show what a JWT says, without believing it')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Verify a JWT: one word, and the exit code says the same')
            [CompletionResult]::new('keys', 'keys', [CompletionResultType]::ParameterValue, 'List, make, retire and publish the keys that sign JWTs')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sessionctl;jwt;issue' {
            [CompletionResult]::new('--issuer', '--issuer', [CompletionResultType]::ParameterName, 'Who issues it: iss')
            [CompletionResult]::new('--audience', '--audience', [CompletionResultType]::ParameterName, 'For whom it is meant: aud')
            [CompletionResult]::new('--ttl', '--ttl', [CompletionResultType]::ParameterName, 'How long it lives, at most 1h')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;jwt;decode' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;jwt;verify' {
            [CompletionResult]::new('--issuer', '--issuer', [CompletionResultType]::ParameterName, 'Who must have issued it')
            [CompletionResult]::new('--audience', '--audience', [CompletionResultType]::ParameterName, 'For whom it must be meant')
            [CompletionResult]::new('--leeway', '--leeway', [CompletionResultType]::ParameterName, 'By how much the issuer''s clock may differ, at most 60s')
            [CompletionResult]::new('--jwks', '--jwks', [CompletionResultType]::ParameterName, 'The public keys, as `jwt keys export` prints them')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('--online', '--online', [CompletionResultType]::ParameterName, 'Ask the database for the session as well')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;jwt;keys' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the keys, the newest first')
            [CompletionResult]::new('new', 'new', [CompletionResultType]::ParameterValue, 'Make a key, which signs from now on')
            [CompletionResult]::new('retire', 'retire', [CompletionResultType]::ParameterValue, 'Retire a key: it signs no more, and verifies what it signed')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Print the public keys as a JWKS (RFC 7517); a key for HS256 has none')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sessionctl;jwt;keys;list' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;jwt;keys;new' {
            [CompletionResult]::new('--algorithm', '--algorithm', [CompletionResultType]::ParameterName, 'EdDSA: who verifies cannot sign. HS256: who verifies can sign too; for lessons')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;jwt;keys;retire' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;jwt;keys;export' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;jwt;keys;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the keys, the newest first')
            [CompletionResult]::new('new', 'new', [CompletionResultType]::ParameterValue, 'Make a key, which signs from now on')
            [CompletionResult]::new('retire', 'retire', [CompletionResultType]::ParameterValue, 'Retire a key: it signs no more, and verifies what it signed')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Print the public keys as a JWKS (RFC 7517); a key for HS256 has none')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sessionctl;jwt;keys;help;list' {
            break
        }
        'sessionctl;jwt;keys;help;new' {
            break
        }
        'sessionctl;jwt;keys;help;retire' {
            break
        }
        'sessionctl;jwt;keys;help;export' {
            break
        }
        'sessionctl;jwt;keys;help;help' {
            break
        }
        'sessionctl;jwt;help' {
            [CompletionResult]::new('issue', 'issue', [CompletionResultType]::ParameterValue, 'Sign a JWT for an active session')
            [CompletionResult]::new('decode', 'decode', [CompletionResultType]::ParameterValue, 'Show what a JWT says, without believing it')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Verify a JWT: one word, and the exit code says the same')
            [CompletionResult]::new('keys', 'keys', [CompletionResultType]::ParameterValue, 'List, make, retire and publish the keys that sign JWTs')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sessionctl;jwt;help;issue' {
            break
        }
        'sessionctl;jwt;help;decode' {
            break
        }
        'sessionctl;jwt;help;verify' {
            break
        }
        'sessionctl;jwt;help;keys' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the keys, the newest first')
            [CompletionResult]::new('new', 'new', [CompletionResultType]::ParameterValue, 'Make a key, which signs from now on')
            [CompletionResult]::new('retire', 'retire', [CompletionResultType]::ParameterValue, 'Retire a key: it signs no more, and verifies what it signed')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Print the public keys as a JWKS (RFC 7517); a key for HS256 has none')
            break
        }
        'sessionctl;jwt;help;keys;list' {
            break
        }
        'sessionctl;jwt;help;keys;new' {
            break
        }
        'sessionctl;jwt;help;keys;retire' {
            break
        }
        'sessionctl;jwt;help;keys;export' {
            break
        }
        'sessionctl;jwt;help;help' {
            break
        }
        'sessionctl;log' {
            [CompletionResult]::new('--session', '--session', [CompletionResultType]::ParameterName, 'About this session')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'About this user')
            [CompletionResult]::new('--action', '--action', [CompletionResultType]::ParameterName, 'With this action, or one that begins with it and a dot')
            [CompletionResult]::new('--actor', '--actor', [CompletionResultType]::ParameterName, 'By this account of the operating system')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'At this time or later (RFC 3339, a date, Unix seconds, or 1d for a day ago)')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Before this time')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Show at most so many')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check that no event was altered, taken out or cut off')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sessionctl;log;verify' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;log;help' {
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check that no event was altered, taken out or cut off')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sessionctl;log;help;verify' {
            break
        }
        'sessionctl;log;help;help' {
            break
        }
        'sessionctl;tour' {
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Show this chapter alone; what it needs from the earlier ones runs unseen')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;db' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Make the session database')
            [CompletionResult]::new('info', 'info', [CompletionResultType]::ParameterValue, 'Describe the database: where it is, its layout, and how much it holds')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check the database for damage and broken invariants')
            [CompletionResult]::new('backup', 'backup', [CompletionResultType]::ParameterValue, 'Copy the database while it is in use')
            [CompletionResult]::new('policy', 'policy', [CompletionResultType]::ParameterValue, 'Show and set the policy: lifetimes, limits, the cost of password hashes')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sessionctl;db;init' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Make one whose time can be set with --now')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;db;info' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;db;check' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;db;backup' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;db;policy' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;db;help' {
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Make the session database')
            [CompletionResult]::new('info', 'info', [CompletionResultType]::ParameterValue, 'Describe the database: where it is, its layout, and how much it holds')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check the database for damage and broken invariants')
            [CompletionResult]::new('backup', 'backup', [CompletionResultType]::ParameterValue, 'Copy the database while it is in use')
            [CompletionResult]::new('policy', 'policy', [CompletionResultType]::ParameterValue, 'Show and set the policy: lifetimes, limits, the cost of password hashes')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sessionctl;db;help;init' {
            break
        }
        'sessionctl;db;help;info' {
            break
        }
        'sessionctl;db;help;check' {
            break
        }
        'sessionctl;db;help;backup' {
            break
        }
        'sessionctl;db;help;policy' {
            break
        }
        'sessionctl;db;help;help' {
            break
        }
        'sessionctl;completions' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;man' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The session database')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print the result')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Which fields, in which order, separated by commas')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour; NO_COLOR in the environment turns auto off')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'As if it were that time: +2h, -1d, RFC 3339 or Unix seconds')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell each step and why, on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask anything: fail instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sessionctl;help' {
            [CompletionResult]::new('login', 'login', [CompletionResultType]::ParameterValue, 'Check a password and start a session')
            [CompletionResult]::new('generate', 'generate', [CompletionResultType]::ParameterValue, 'Make sessions without a password, and print their tokens')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Ask whether a token is active')
            [CompletionResult]::new('inspect', 'inspect', [CompletionResultType]::ParameterValue, 'Show everything known of a session')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List sessions')
            [CompletionResult]::new('expire', 'expire', [CompletionResultType]::ParameterValue, 'End sessions as their time would')
            [CompletionResult]::new('revoke', 'revoke', [CompletionResultType]::ParameterValue, 'Withdraw sessions for good, at once')
            [CompletionResult]::new('logout', 'logout', [CompletionResultType]::ParameterValue, 'End the session of a token')
            [CompletionResult]::new('user', 'user', [CompletionResultType]::ParameterValue, 'Add, show, change and remove users')
            [CompletionResult]::new('rotate', 'rotate', [CompletionResultType]::ParameterValue, 'Give a session a new token')
            [CompletionResult]::new('tree', 'tree', [CompletionResultType]::ParameterValue, 'Draw single sign-on families')
            [CompletionResult]::new('stats', 'stats', [CompletionResultType]::ParameterValue, 'Count sessions by state, kind, user and app')
            [CompletionResult]::new('prune', 'prune', [CompletionResultType]::ParameterValue, 'Delete sessions that have long been dead')
            [CompletionResult]::new('data', 'data', [CompletionResultType]::ParameterValue, 'Keep values with a session: a cart, a preference')
            [CompletionResult]::new('cookie', 'cookie', [CompletionResultType]::ParameterValue, 'Write a token as a cookie, and read and judge cookie lines')
            [CompletionResult]::new('jwt', 'jwt', [CompletionResultType]::ParameterValue, 'Issue, read and verify JWTs for sessions')
            [CompletionResult]::new('log', 'log', [CompletionResultType]::ParameterValue, 'Show what was done, the newest first')
            [CompletionResult]::new('tour', 'tour', [CompletionResultType]::ParameterValue, 'Walk through the whole life of a session')
            [CompletionResult]::new('db', 'db', [CompletionResultType]::ParameterValue, 'Make, describe, check and copy the database; show and set the policy')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a shell''s completion script')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual, or write its pages into a folder')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'sessionctl;help;login' {
            break
        }
        'sessionctl;help;generate' {
            break
        }
        'sessionctl;help;verify' {
            break
        }
        'sessionctl;help;inspect' {
            break
        }
        'sessionctl;help;list' {
            break
        }
        'sessionctl;help;expire' {
            break
        }
        'sessionctl;help;revoke' {
            break
        }
        'sessionctl;help;logout' {
            break
        }
        'sessionctl;help;user' {
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a user')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List users, by name')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a user: the account, failed logins, and how many sessions there are')
            [CompletionResult]::new('passwd', 'passwd', [CompletionResultType]::ParameterValue, 'Set a user''s password, and end the user''s sessions')
            [CompletionResult]::new('disable', 'disable', [CompletionResultType]::ParameterValue, 'Disable a user, and end the user''s sessions')
            [CompletionResult]::new('enable', 'enable', [CompletionResultType]::ParameterValue, 'Enable a disabled user again; ended sessions stay ended')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a user, and end the user''s sessions')
            break
        }
        'sessionctl;help;user;add' {
            break
        }
        'sessionctl;help;user;list' {
            break
        }
        'sessionctl;help;user;show' {
            break
        }
        'sessionctl;help;user;passwd' {
            break
        }
        'sessionctl;help;user;disable' {
            break
        }
        'sessionctl;help;user;enable' {
            break
        }
        'sessionctl;help;user;remove' {
            break
        }
        'sessionctl;help;rotate' {
            break
        }
        'sessionctl;help;tree' {
            break
        }
        'sessionctl;help;stats' {
            break
        }
        'sessionctl;help;prune' {
            break
        }
        'sessionctl;help;data' {
            [CompletionResult]::new('get', 'get', [CompletionResultType]::ParameterValue, 'Print a value of a session, as JSON')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Set a value of a session')
            [CompletionResult]::new('unset', 'unset', [CompletionResultType]::ParameterValue, 'Remove a value of a session')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the values of a session')
            break
        }
        'sessionctl;help;data;get' {
            break
        }
        'sessionctl;help;data;set' {
            break
        }
        'sessionctl;help;data;unset' {
            break
        }
        'sessionctl;help;data;list' {
            break
        }
        'sessionctl;help;cookie' {
            [CompletionResult]::new('format', 'format', [CompletionResultType]::ParameterValue, 'Write a token as a cookie')
            [CompletionResult]::new('parse', 'parse', [CompletionResultType]::ParameterValue, 'Show what a Set-Cookie or Cookie line says')
            [CompletionResult]::new('lint', 'lint', [CompletionResultType]::ParameterValue, 'Judge a Set-Cookie or Cookie line')
            break
        }
        'sessionctl;help;cookie;format' {
            break
        }
        'sessionctl;help;cookie;parse' {
            break
        }
        'sessionctl;help;cookie;lint' {
            break
        }
        'sessionctl;help;jwt' {
            [CompletionResult]::new('issue', 'issue', [CompletionResultType]::ParameterValue, 'Sign a JWT for an active session')
            [CompletionResult]::new('decode', 'decode', [CompletionResultType]::ParameterValue, 'Show what a JWT says, without believing it')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Verify a JWT: one word, and the exit code says the same')
            [CompletionResult]::new('keys', 'keys', [CompletionResultType]::ParameterValue, 'List, make, retire and publish the keys that sign JWTs')
            break
        }
        'sessionctl;help;jwt;issue' {
            break
        }
        'sessionctl;help;jwt;decode' {
            break
        }
        'sessionctl;help;jwt;verify' {
            break
        }
        'sessionctl;help;jwt;keys' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the keys, the newest first')
            [CompletionResult]::new('new', 'new', [CompletionResultType]::ParameterValue, 'Make a key, which signs from now on')
            [CompletionResult]::new('retire', 'retire', [CompletionResultType]::ParameterValue, 'Retire a key: it signs no more, and verifies what it signed')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Print the public keys as a JWKS (RFC 7517); a key for HS256 has none')
            break
        }
        'sessionctl;help;jwt;keys;list' {
            break
        }
        'sessionctl;help;jwt;keys;new' {
            break
        }
        'sessionctl;help;jwt;keys;retire' {
            break
        }
        'sessionctl;help;jwt;keys;export' {
            break
        }
        'sessionctl;help;log' {
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check that no event was altered, taken out or cut off')
            break
        }
        'sessionctl;help;log;verify' {
            break
        }
        'sessionctl;help;tour' {
            break
        }
        'sessionctl;help;db' {
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Make the session database')
            [CompletionResult]::new('info', 'info', [CompletionResultType]::ParameterValue, 'Describe the database: where it is, its layout, and how much it holds')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check the database for damage and broken invariants')
            [CompletionResult]::new('backup', 'backup', [CompletionResultType]::ParameterValue, 'Copy the database while it is in use')
            [CompletionResult]::new('policy', 'policy', [CompletionResultType]::ParameterValue, 'Show and set the policy: lifetimes, limits, the cost of password hashes')
            break
        }
        'sessionctl;help;db;init' {
            break
        }
        'sessionctl;help;db;info' {
            break
        }
        'sessionctl;help;db;check' {
            break
        }
        'sessionctl;help;db;backup' {
            break
        }
        'sessionctl;help;db;policy' {
            break
        }
        'sessionctl;help;completions' {
            break
        }
        'sessionctl;help;man' {
            break
        }
        'sessionctl;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
