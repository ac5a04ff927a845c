//! Command lines and program text as people paste them.

use super::*;

#[test]
fn token_is_found_in_command_lines() {
    for text in [
        "curl -sSb '__Host-session=TOKEN' https://shop.example/",
        "curl -sSb__Host-session=TOKEN https://shop.example/",
        "curl -b=__Host-session=TOKEN x",
        "curl -sHCookie:__Host-session=TOKEN x",
        "curl -sH'Cookie: __Host-session=TOKEN; a=b' x",
        "curl -ksSLXPOST -b '__Host-session=TOKEN' x",
        "curl -#b __Host-session=TOKEN x",
        "curl -b 'Cookie: __Host-session=TOKEN' x",
        "curl -o /dev/null -w '%{http_code}' -A 'b=OTHE' --cookie '__Host-session=TOKEN' x",
        "curl -H 'authorization: bearer TOKEN' x",
        "curl --proxy-header 'Authorization: Bearer TOKEN' x",
        "curl -u client:secret -d token=TOKEN https://shop.example/introspect",
        "curl --data-raw 'a=b&token=TOKEN' x",
        "curl --json '{\"token\": \"TOKEN\"}' x",
        "/usr/bin/curl -b __Host-session=TOKEN x",
        "sudo curl -b __Host-session=TOKEN x",
        "A=b time curl -b __Host-session=TOKEN x",
        "SESSIONCTL_TOKEN=TOKEN curl x",
        "docker exec -it web curl -b __Host-session=TOKEN x",
        "while true; do curl -sb __Host-session=TOKEN x; sleep 1; done",
        "STATUS=$(curl -b __Host-session=TOKEN -o /dev/null x)",
        "cd /tmp && /opt/bin/curl --location 'x' \\\n--header 'Cookie: __Host-session=TOKEN'",
        "user@host:~/src$ curl -b __Host-session=TOKEN x",
        "[root@host ~]# curl -b __Host-session=TOKEN x",
        "PS C:\\Users\\a> curl.exe -b \"__Host-session=TOKEN\" `\r\n  https://shop.example/",
        "C:\\> curl -b \"__Host-session=TOKEN\" ^\r\n  https://shop.example/",
        "\u{276f} curl -b __Host-session=TOKEN x",
        "curl x -b __Host-session=TOKEN | jq .",
        "curl 'a' \\\n  -H 'a: b' \\\n  -b '__Host-session=TOKEN' ;\ncurl 'b' \\\n  -b '__Host-session=TOKEN' ;\n",
        "$ curl -i -b __Host-session=TOKEN x\nHTTP/1.1 200 OK\nETag: \"OTHER\"\n\n<p>OTHER</p>\n",
        "$ curl -v x\n* Trying 127.0.0.1:80...\n> GET / HTTP/1.1\n> Cookie: __Host-session=TOKEN\n",
        "curl 'x' \\\n  -H $'a: it\\'s' \\\n  -H $'cookie: a=b\\u0021\\'; __Host-session=TOKEN' \\\n  --compressed",
        "curl 'it'\\''s' -b '__Host-session=TOKEN'",
        "don't use curl so:\ncurl -b __Host-session=TOKEN x",
        "wget --header='Cookie: __Host-session=TOKEN' x",
        "wget -qO- --header 'Cookie: __Host-session=TOKEN' x",
        "wget -H -q --header=\"Authorization: Bearer TOKEN\" x",
        "http GET shop.example Cookie:__Host-session=TOKEN",
        "http shop.example 'Cookie:a=b; __Host-session=TOKEN'",
        "https -v shop.example Authorization:'Bearer TOKEN'",
        "http -A bearer -a TOKEN shop.example",
        "http --auth-type=bearer --auth=TOKEN shop.example",
        "http POST shop.example/introspect token=TOKEN",
        "xh -b shop.example cookie:__Host-session=TOKEN",
    ] {
        assert_eq!(find_in(text).map(|found| found.0), Ok(TOKEN.to_owned()), "{text}");
        let twice = format!("{text}\n{text}\n");
        assert_eq!(find_in(&twice).map(|found| found.0), Ok(TOKEN.to_owned()), "{twice}");
        let two = format!("{text}\n{}\n", text.replace("TOKEN", "OTHER"));
        let found = find_in(&two);
        assert!(matches!(found, Err(FindError::Several(2) | FindError::Unclear)), "{found:?}: {two}");
    }
}

#[test]
fn token_is_found_in_program_text() {
    for text in [
        "Invoke-WebRequest https://shop.example/ -Headers @{Cookie=\"__Host-session=TOKEN\"}",
        "iwr https://shop.example/ -Headers @{ \"Cookie\" = '__Host-session=TOKEN; a=b' }",
        "irm x -Headers @{Authorization=\"Bearer TOKEN\"; 'If-None-Match'='OTHER'}",
        "curl https://shop.example/ -Headers @{Cookie=\"__Host-session=TOKEN\"}",
        "Invoke-RestMethod x -Authentication Bearer -Token (ConvertTo-SecureString \"TOKEN\" -AsPlainText)",
        "$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession\n$session.UserAgent = \"Mozilla/5.0\"\n\
         $session.Cookies.Add((New-Object System.Net.Cookie(\"theme\", \"dark\", \"/\", \"shop.example\")))\n\
         $session.Cookies.Add((New-Object System.Net.Cookie(\"__Host-session\", \"TOKEN\", \"/\", \"shop.example\")))\n\
         Invoke-WebRequest -UseBasicParsing -Uri \"https://shop.example/\" `\n-WebSession $session `\n-Headers @{\n\
         \"method\"=\"GET\"\n  \"if-none-match\"=\"`\"OTHER`\"\"\n}",
        "fetch(\"https://shop.example/\", {\n  \"headers\": {\n    \"accept\": \"*/*\",\n    \"if-none-match\": \
         \"\\\"OTHER\\\"\",\n    \"cookie\": \"a=b; __Host-session=TOKEN\"\n  },\n  \"body\": null,\n  \"method\": \
         \"GET\"\n});",
        "await fetch('https://shop.example/', { headers: { Authorization: 'Bearer TOKEN' } });",
        "fetch(u, {headers: {authorization: `Bearer TOKEN`}})",
        "fetch(u, {headers: new Headers([[\"Cookie\", \"__Host-session=TOKEN\"]])})",
        "x.setRequestHeader(\"Authorization\", \"Bearer TOKEN\");",
        "requests.get(\"https://shop.example/\", cookies={\"__Host-session\": \"TOKEN\"})",
        "requests.get('https://shop.example/', cookies={'sid': 'TOKEN', 'theme': 'dark'})",
        "import requests\nr = requests.post(u, headers={'Cookie': 'sid=TOKEN'}, data={'a': 'b'})",
        "axios.get(u, { headers: { Cookie: \"__Host-session=TOKEN\" } })",
        "$c = New-Object Net.Cookie \"__Host-session\", \"TOKEN\"\n$s.Cookies.Add(\"https://shop.example\", $c)",
        "req.Header.Set(\"Cookie\", \"__Host-session=TOKEN\")",
        "curl_setopt($ch, CURLOPT_COOKIE, '__Host-session=TOKEN');",
        "curl_setopt($ch, CURLOPT_HTTPHEADER, ['Accept: */*', 'Cookie: __Host-session=TOKEN']);",
        "request[\"Cookie\"] = \"__Host-session=TOKEN\"",
        "document.cookie = \"__Host-session=TOKEN; path=/\"",
    ] {
        assert_eq!(find_in(text).map(|found| found.0), Ok(TOKEN.to_owned()), "{text}");
        let two = format!("{text}\n{}\n", text.replace("TOKEN", "OTHER"));
        assert!(find_in(&two).is_err(), "{two}");
    }
}

#[test]
fn token_is_found_in_exports_of_browsers() {
    for text in [
        "[{\"domain\":\"shop.example\",\"name\":\"__Host-session\",\"value\":\"TOKEN\",\"path\":\"/\"},\
          {\"domain\":\"shop.example\",\"name\":\"csrf\",\"value\":\"OTHER\"}]",
        "{\"log\":{\"entries\":[{\"request\":{\"headers\":[{\"name\":\"Cookie\",\"value\":\"__Host-session=TOKEN\"},\
          {\"name\":\"If-None-Match\",\"value\":\"\\\"x\\\"\"}],\"cookies\":[{\"name\":\"__Host-session\",\"value\":\"TOKEN\"}]}}]}}",
        "{\"Request Cookies\":{\"__Host-session\":\"TOKEN\"}}",
        "{\"headers\":{\"Authorization\":\"Bearer TOKEN\"}}",
        "{\"cookies\":[{\"name\":\"sid\",\"value\":\"TOKEN\"}],\"origins\":[]}",
    ] {
        assert_eq!(find_in(text).map(|found| found.0), Ok(TOKEN.to_owned()), "{text}");
    }
}

#[test]
fn token_elsewhere_in_a_command_line_is_unclear() {
    for text in [
        "curl https://shop.example/?session=TOKEN",
        "curl -e https://shop.example/?session=TOKEN x",
        "curl -b a=b -d csrf=TOKEN x",
        "curl -o TOKEN x",
        "wget -b __Host-session=TOKEN x",
        "http shop.example/TOKEN",
        "curl -b '__Host-session=TOKEN",
        "send it with curl: TOKEN, and keep the header",
        "fetch(\"https://shop.example/TOKEN\")",
        "Invoke-WebRequest https://shop.example/TOKEN -Headers @{a=\"b\"}",
    ] {
        assert_eq!(find_in(text), Err(FindError::Unclear), "{text}");
    }
}
