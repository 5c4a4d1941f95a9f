using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using EmailAuth.Arc;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Spf;
using EmailAuth.Tests.Dkim;

namespace EmailAuth.Tests.Corpus;

/// <summary>
/// An attack by a message and its session, judged by <see cref="EmailAuthenticator.VerifyAsync"/>. Texts are Latin-1: a character is an octet. It is played in
/// several forms; where its outcome is not the same in one of them, <see cref="Differs"/> says what it is there, or that the form makes no sense.
/// </summary>
internal sealed record MailAttack(string Row, string Name, string Expected)
{
    /// <summary>What a victim and an attacker publish in every attack. The attacker's relay has the client's address.</summary>
    private const string World = """
        legit.example.          TXT "v=spf1 ip4:192.0.2.1 -all"
        _dmarc.legit.example.   TXT "v=DMARC1; p=reject"
        attack.example.         TXT "v=spf1 ip4:203.0.113.5 -all"
        relay.attack.example.   TXT "v=spf1 ip4:203.0.113.5 -all"
        """;

    /// <summary>The fields and the body, before anything is signed.</summary>
    public string Message { get; init; } = "From: ceo@legit.example\r\nTo: victim@example.net\r\nSubject: pay this\r\n\r\nPlease pay.\r\n";

    /// <summary>Master file lines beside <see cref="World"/>. TXT strings may be as long as they like.</summary>
    public string Zone { get; init; } = "";

    /// <summary>A domain whose own record in <see cref="World"/> is left out, so that <see cref="Zone"/> tells it.</summary>
    public string Instead { get; init; } = "";

    public string Client { get; init; } = "203.0.113.5";

    public string Helo { get; init; } = "relay.attack.example";

    public string MailFrom { get; init; } = "any@attack.example";

    /// <summary>Signs or seals what the form has made of <see cref="Message"/>, or adds what must not be touched.</summary>
    public Func<string, Task<string>>? Sign { get; init; }

    /// <summary>DNS trouble.</summary>
    public Func<ZoneDnsResolver, IDnsResolver>? Trouble { get; init; }

    public EmailAuthenticatorOptions Options { get; init; } = new();

    /// <summary>Whether the attack lies in a record or in the session, so that the forms are those of a record.</summary>
    public bool IsByRecord { get; init; }

    /// <summary>By the name of a form, what is expected there instead; null where the form makes no sense.</summary>
    public Dictionary<string, string?> Differs { get; init; } = [];

    /// <summary>The forms a message comes in.</summary>
    private static readonly string[] MessageForms = ["raw", "folded", "stored with LF", "with a bare LF", "SMTPUTF8", "long", "octet by octet"];

    /// <summary>The forms a record comes in.</summary>
    private static readonly string[] RecordForms = ["raw", "in many strings", "SMTPUTF8", "long"];

    public IEnumerable<CorpusVector> Vectors()
    {
        foreach (var form in IsByRecord ? RecordForms : MessageForms)
        {
            var expected = Differs.TryGetValue(form, out var other) ? other : form == "with a bare LF" ? WithBareLineEnd(Expected) : Expected;
            if (expected is not null)
                yield return new CorpusVector(Row, Name, form, () => PlayAsync(form, expected), expected);
        }
    }

    /// <summary>D13: nothing passes that another program may see otherwise; a chain fails before its signatures are looked at.</summary>
    private static string WithBareLineEnd(string expected) =>
        Regex.Replace(expected.Replace("dkim=pass/Verified", "dkim=policy/BareLineEnd", StringComparison.Ordinal), "arc=(pass/Verified|fail/Seal|fail/MessageSignature)", "arc=fail/BareLineEnd");

    private async Task<string> PlayAsync(string form, string expected)
    {
        var message = form switch
        {
            "folded" => Regex.Replace(Message, @"(?<=\A|\r\n)([A-Za-z-]+:) (?=[^\r\n]+\r\n)(?=(?s:.*\r\n\r\n))", "$1\r\n "),
            "SMTPUTF8" when !IsByRecord => "Comments: Gr\xC3\xBC\xC3\x9F" + "e\r\n" + Regex.Replace(Message, @"(?<=\A|\r\n)From: ([\w.-]+@[\w.-]+)\r\n", "From: J\xC3\xB6rg <$1>\r\n"),
            "long" when !IsByRecord => Lengthened(Message),
            _ => Message,
        };
        if (Sign is not null)
            message = await Sign(message);
        if (form == "with a bare LF")
            message = "X-Trace: a\nb\r\n" + message;
        if (form == "stored with LF")
            message = message.Replace("\r\n", "\n", StringComparison.Ordinal);
        var octets = Encoding.Latin1.GetBytes(message);
        var mail = form switch
        {
            "stored with LF" => EmailMessage.FromBytes(octets).NormalizingLineEndings(),
            "octet by octet" => EmailMessage.FromStream(new OneByteStream(octets)),
            _ => EmailMessage.FromBytes(octets),
        };
        var mailFrom = form == "SMTPUTF8" && MailFrom.StartsWith("any@", StringComparison.Ordinal) ? "j\u00f6rg" + MailFrom[3..] : MailFrom;
        var resolver = Resolver(form);
        var authenticator = new EmailAuthenticator(Trouble is null ? resolver : Trouble(resolver), Options with { TimeProvider = TestMail.Clock });
        var result = await authenticator.VerifyAsync(mail, new SmtpSession(IPAddress.Parse(Client), Helo, mailFrom));
        return Describe(result, resolver, expected);
    }

    private ZoneDnsResolver Resolver(string form)
    {
        var world = string.Join('\n', World.Split('\n').Where(line => Instead.Length == 0 || !line.StartsWith(Instead + ".", StringComparison.Ordinal)));
        var zone = $"{world}\n{Zone}";
        if (form == "long" && IsByRecord)
            zone = Regex.Replace(zone, "\"v=spf1 ", $"\"v=spf1 {string.Concat(Enumerable.Range(0, 40).Select(i => $"ip4:198.51.100.{i} "))}");
        var resolver = ZoneDnsResolver.Parse(Stringed(zone, form == "in many strings" ? 7 : 255) + KeysOfBoth.Value);
        resolver.LogQueries = true;
        return resolver;
    }

    /// <summary>RFC 7208 §3.3: what does not fit a string goes into several. An octet may be written as a backslash and three digits.</summary>
    private static string Stringed(string zone, int length)
    {
        var text = new StringBuilder(zone.Length);
        foreach (var line in zone.Split('\n'))
        {
            var quoted = line.EndsWith('"') ? line.IndexOf("TXT \"", StringComparison.Ordinal) + 5 : 4;
            text.Append(line.AsSpan(0, quoted > 4 ? quoted : line.Length));
            for (int i = quoted, octets = 0; quoted > 4 && i < line.Length - 1; octets++)
            {
                if (octets > 0 && octets % length == 0)
                    text.Append("\" \"");
                var next = line[i] == '\\' ? 4 : 1;
                text.Append(line.AsSpan(i, next));
                i += next;
            }
            text.Append(quoted > 4 ? "\"\n" : "\n");
        }
        return text.ToString();
    }

    private static readonly Lazy<string> KeysOfBoth = new(() => Keys("legit.example") + Keys("attack.example"));

    /// <summary>The keys "rsa" and "ed" of a domain.</summary>
    private static string Keys(string domain) =>
        DkimKeyRecord.FromKey(TestMail.Rsa).ToMasterFile(DomainName.Parse(domain), "rsa") + "\n" + DkimKeyRecord.FromKey(TestMail.Ed25519).ToMasterFile(DomainName.Parse(domain), "ed") + "\n";

    private static string Lengthened(string message)
    {
        var end = message.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 2;
        if (end < 2)
            return message;
        var fields = string.Concat(Enumerable.Range(0, 300).Select(i => $"X-Filler-{i}: {new string('x', 60)}\r\n"));
        return message[..end] + fields + message[end..] + string.Concat(Enumerable.Repeat(new string('y', 76) + "\r\n", 800));
    }

    private static string Describe(VerificationResult result, ZoneDnsResolver resolver, string expected) =>
        string.Join(' ', Regex.Matches(expected, @"(\w+)=").Select(key => key.Groups[1].Value).Select(key => $"{key}=" + key switch
        {
            "spf" => $"{result.Spf.Status.ToKeyword()}/{result.Spf.Reason}",
            "helo" => result.Helo is { } helo ? $"{helo.Status.ToKeyword()}/{helo.Reason}" : "none",
            "term" => $"{result.Spf.Mechanism}/{result.Spf.MatchedPrefixLength}",
            "exp" => $"{result.Spf.Explanation}",
            "dkim" => string.Join(',', result.Dkim.Select(signature => $"{signature.Status.ToKeyword()}/{signature.Reason}").GroupBy(text => text).Select(group => group.Count() > 1 ? $"{group.Count()}*{group.Key}" : group.Key)),
            "twice" => string.Join(',', result.Dkim.SelectMany(signature => signature.UnsignedDuplicates).Distinct()),
            "arc" => $"{result.Arc.Status.ToKeyword()}/{result.Arc.Reason}",
            "override" => $"{result.ArcOverride?.Reason}",
            "dmarc" => $"{result.Dmarc.Status.ToKeyword()}/{result.Dmarc.Reason}/{result.Dmarc.Disposition.ToKeyword()}",
            "transient" => $"{result.IsTransient}",
            "defect" => $"{result.MessageDefect}",
            "queries" => $"{resolver.Queries.Length}",
            "forged" => string.Join(',', result.ForgedAuthenticationResults("mx.example.org")),
            _ => "?",
        }));
}
