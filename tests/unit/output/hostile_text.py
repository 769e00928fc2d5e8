"""What a repository may bring into a report."""

HOSTILE = (
    "x\n::error::injected\r\n##[set-output name=a]b ##vso[task.setvariable variable=PATH]c 100% %0A %AZP25 ; ] , : "
    "<img src=x onerror=alert(1)> </code> ![i](https://e.example/x.png) [l](https://e.example) @octocat #12 GH-12 "
    "`code` ``` | www.evil.example https://e.example a@b.example *b* _i_ {0} \x1b[31m \u202e \ud800 \x00 \uffff"
)
"""A message: commands, markup, control characters, half a character."""

HOSTILE_PATH = "::a b/%0A,;]#?:é\n|`[x](y)\udcff<b>.py"
"""The name of a file, with a byte that is no UTF-8."""
