# Completion of sessionctl for PowerShell. The program itself lists what can follow; it reads the session database.
Register-ArgumentCompleter -Native -CommandName 'sessionctl' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements |
        Where-Object { $_.Extent.StartOffset -lt $cursorPosition } |
        ForEach-Object { if ($_.Value) { $_.Value } else { $_.Extent.Text } })
    # An empty last word is left out: some versions do not hand it to a program.
    $isNew = $wordToComplete -eq '' -and -not $words[-1].EndsWith(',')
    $index = if ($isNew) { $words.Count } else { $words.Count - 1 }
    # Only what follows the last comma of a word is replaced.
    $strip = ''
    if (-not $isNew -and $words[-1].EndsWith($wordToComplete)) {
        $strip = $words[-1].Substring(0, $words[-1].Length - $wordToComplete.Length)
    }
    sessionctl __complete $index '--' @words 2>$null | ForEach-Object {
        $value, $help = $_ -split "`t", 2
        if (-not $help) { $help = $value }
        if ($strip -ne '' -and $value.StartsWith($strip)) { $value = $value.Substring($strip.Length) }
        # A blank would end the word, and @ would begin the name of a variable.
        if ($value -match '[\s''"`$;@(){}&|<>#]') { $value = "'" + $value.Replace("'", "''") + "'" }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $help)
    }
}
