# Completion of sessionctl for fish. The program itself lists what can follow; it reads the session database.
function __sessionctl_complete
    set --local words (commandline --current-process --tokenize --cut-at-cursor)
    # The current word comes as it was typed, perhaps with a quote that is still open.
    set --local current (string unescape -- (commandline --current-token --cut-at-cursor))
    sessionctl __complete (count $words) -- $words "$current" 2>/dev/null
end
complete --command sessionctl --no-files --keep-order --arguments '(__sessionctl_complete)'
