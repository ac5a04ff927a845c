# Completion of sessionctl for PowerShell. The program itself lists what can follow; it reads the session database.
Register-ArgumentCompleter -Native -CommandName 'sessionctl' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements |
        Where-Object { $_.Extent.StartOffset -lt $cursorPosition } |
        ForEach-Object { if ($_.Value) { $_.Value } else { $_.Extent.Text } })
    # An empty last word is left out: some versions do not hand it to a program.
    $index = if ($wordToComplete -eq '') { $words.Count } else { $words.Count - 1 }
    sessionctl __complete $index '--' @words 2>$null | ForEach-Object {
        $value, $help = $_ -split "`t", 2
        if (-not $help) { $help = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $help)
    }
}
