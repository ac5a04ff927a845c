# Completion of sessionctl for elvish. The program itself lists what can follow; it reads the session database.
use str
set edit:completion:arg-completer[sessionctl] = {|@words|
    var index = (- (count $words) 1)
    sessionctl __complete (to-string $index) -- $@words 2>/dev/null | from-lines | each {|line|
        var parts = [(str:split "\t" $line)]
        if (> (count $parts) 1) {
            edit:complex-candidate $parts[0] &display=$parts[0]'  ('$parts[1]')'
        } else {
            put $parts[0]
        }
    }
}
