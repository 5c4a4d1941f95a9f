using System.Net;
using System.Reflection;
using System.Text;
using EmailAuth.Arc;
using EmailAuth.AuthResults;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Iprev;
using EmailAuth.Message;
using EmailAuth.Spf;
using EmailAuth.Tests.Dkim;

namespace EmailAuth.Tests.Evidence;

/// <summary>With hashed local-parts a name cannot be read wherever it stood, and the replay says what the verdict said.</summary>
public class HeaderPrivacyTests
{
    private const string Secret = "secretjohn";
    private const string From = "From: Ann <ann@example.com>\r\n";

    private static readonly CapsuleOptions Hashed = new() { HashLocalParts = true };

    private static string Dkim(string more, string names = "from:to") =>
        $"DKIM-Signature: v=1; a=rsa-sha256; d=x.test; s=rsa; h={names}; bh={Convert.ToBase64String(new byte[32])}; b={Convert.ToBase64String(new byte[256])}; {more}\r\n{From}";

    private static string Results(string value) => $"Authentication-Results: mx.example.net; {value}\r\nARC-Authentication-Results: i=1; mx.example.net; {value}\r\n{From}";

    private static string Seal(string chainValidation) =>
        $"""
        ARC-Seal: i=1; a=rsa-sha256; d=x.test; s=rsa; cv={chainValidation}; b={Convert.ToBase64String(new byte[256])}
        ARC-Message-Signature: i=1; a=rsa-sha256; d=x.test; s=rsa; h=from; bh={Convert.ToBase64String(new byte[32])}; b={Convert.ToBase64String(new byte[256])}
        ARC-Authentication-Results: i=1; mx.example.net; spf=pass smtp.mailfrom=secretjohn@x.test

        """.ReplaceLineEndings("\r\n") + From;

    private static IEnumerable<string> Headers() =>
    [
        "From: \"a@secretjohn\"@x.test\r\n",
        "From: \"me @secretjohn\" <q@x.test>\r\n",
        "From: me @secretjohn <q@x.test>\r\n",
        "From: a@x.test (secretjohn@x.test)\r\n",
        "From: a@[secretjohn]\r\n",
        "From: a@secretjohn\r\n",
        "From: a@b..secretjohn\r\n",
        "From: a@x.test, b@xn--secretjohn\r\n",
        "From : secretjohn@x.test\r\n",
        "Fr\u0001om: secretjohn@x.test\r\n",
        "From\r\n : secretjohn@x.test\r\n",
        "X: a\nFrom: \"secretjohn\" <a@x.test>, z@secretjohn\r\n" + From,
        "secretjohn is here: x\r\n" + From,
        "secretjohn@x.test: x\r\n" + From,
        "secretjohn without a colon\r\n" + From,
        From + "To: \"x\\@secretjohn\"@x.test\r\n",
        From + "To: z@[ , secretjohn@x.test, secretjohn <q@x>\r\n",
        From + "To: a@secretjohn.secretjohn\r\n",
        From + "Subject: meet @ secretjohn\r\n",
        From + "Subject: https://m.test/@secretjohn http://secretjohn.test/\r\n",
        From + "Subject: ping @[secretjohn secretjohn@x.test]\r\n",
        "DKIM-Signature: v=1; b=secretjohn\r\nFrom: secretjohn <a@x.test>\r\n".Replace("\r\nF", "!\nF", StringComparison.Ordinal),
        "DKIM-Signature: v=1; i=secretjohn!\nFrom: secretjohn <a@x.test>\r\n",
        From + "Subject: @(secretjohn(@(secretjohn) secretjohn\r\n",
        From + "X: \"secretjohn\" (secretjohn) [secretjohn] <secretjohn>;secretjohn,secretjohn:secretjohn\r\n secretjohn\r\n",
        From + "Received: from secretjohn.x.test (secretjohn [192.0.2.1]) by secretjohn for <secretjohn@x.test>\r\n",
        Dkim("i==73=65=63=72=65=74=6A=6F=68=6E@x.test"),
        Dkim("i=secretjohn@x.test"),
        Dkim("i=secret\r\n john@x.test"),
        Dkim("i=secretjohn=40x.test"),
        Dkim("i=\"a@secretjohn\"@x.test"),
        Dkim("i=a@b@secretjohn"),
        Dkim("i=a@secretjohn!"),
        Dkim("i==7secretjohn@x.test"),
        Dkim("i=secretjohn"),
        Dkim("z=From:secretjohn=40x.test|To:secretjohn@x.test"),
        Dkim("secretjohn=1"),
        Dkim("secretjohn=1; secretjohn=2"),
        Dkim("r=secretjohn; r=secretjohn"),
        Dkim("c=simple/secretjohn"),
        Dkim("q=secretjohn:dns/txt"),
        Dkim("l=secretjohn; t=secretjohn; x=secretjohn"),
        Dkim("", "from:secretjohn@x"),
        Dkim("", "secretjohn@x:from"),
        Dkim("", "from:secret john"),
        Dkim("secretjohn"),
        Dkim("=secretjohn; x=1"),
        "DKIM-Signature: v=2secretjohn; d=a@secretjohn; s=b@secretjohn; b=secretjohn==; bh=secretjohn12; a=secretjohn; h=from\r\n" + From,
        "DKIM-Signature: v=1; a=rsa-sha256; d=x.test; s=b; b=secretjohn12; bh=secretjohn12; h=from\r\n" + From,
        "DKIM-Signature: secretjohn@x.test\r\n" + From,
        "DKIM-Signature: v=1; d=secretjohn; d=secretjohn\r\n" + From,
        Results("spf=pass smtp.mailfrom = secret.john=ex.test@l.test"),
        Results("spf=pass smtp.mailfrom=\"secret.john=ex.test@l.test\""),
        Results("spf=pass smtp.mailfrom=\"secretjohn doe@l.test\""),
        Results("spf=pass smtp.mailfrom=\"secretjohn doe\"@l.test"),
        Results("spf=pass smtp.mailfrom=\"secretjohn(x)y@l.test\""),
        Results("spf=pass smtp.mailfrom=secretjohn"),
        Results("spf=pass smtp.mailfrom=a@secretjohn"),
        Results("spf=pass smtp.mailfrom=secretjohn (secretjohn) @ (secretjohn) l.test"),
        Results("spf=pass reason=\"user secretjohn unknown\""),
        Results("spf=pass reason=secretjohn"),
        Results("spf=pass secretjohn=1"),
        Results("auth=pass smtp . auth=secretjohn"),
        Results("auth=pass smtp.auth=secret.john"),
        Results("auth=pass (secretjohn) smtp.auth=\"secretjohn\""),
        Results("spf=pass smtp.mailfrom"),
        Results("secretjohn"),
        Results("spf=pass smtp.mailfrom=secretjohn@x.test; ("),
        "Authentication-Results: secretjohn; none\r\nAuthentication-Results: \"secret john\" 1; none\r\nARC-Authentication-Results: i=1; mx.x.test 2; spf=pass smtp.mailfrom=secretjohn@x.test\r\n" + From,
        "ARC-Authentication-Results: secretjohn; i=1; mx.x.test; none\r\n" + From,
        "ARC-Authentication-Results: (secretjohn) i (secretjohn=1) = (secretjohn) 1 (secretjohn); mx.x.test; none\r\n" + From,
        Seal("secretjohn@x.test"),
        Seal("none (secretjohn)"),
        Seal("(secretjohn) pass"),
        Seal("none").Replace("i=1;", "i=(secretjohn)1;", StringComparison.Ordinal),
        Seal("none").Replace("i=1;", "i=secretjohn;", StringComparison.Ordinal),
        Seal("none").Replace("i=1;", "i=01;", StringComparison.Ordinal),
        Seal("none").Replace("i=1;", "i=100;", StringComparison.Ordinal),
        Seal("none").Replace("i=1;", "i=j;", StringComparison.Ordinal),
        string.Concat(Enumerable.Repeat("X: secretjohn\r\n", 3_000)) + From + "X-secretjohn y: z\r\n",
        $"{new string('n', 3_000)}secretjohn @: x\r\nsecretjohn: y\r\n {From}To: secretjohn\r\n".Replace("\nsecretjohn:", "\n@secretjohn:", StringComparison.Ordinal),
    ];

    private static IEnumerable<string> Paths() =>
    [
        "secretjohn@ex.test", "<secretjohn@ex.test>", "<@r.test:secretjohn>", "<secretjohn@ex.test> x=secretjohn", "\"a@secretjohn\"@ex.test", "a@secretjohn", "secretjohn",
        "<secretjohn", "a@secretjohn..x", "(secretjohn@ex.test", "a@xn--secretjohn",
    ];

    [Test, TestCaseSource(nameof(Headers))]
    public async Task A_name_in_the_header_section_cannot_be_read(string header)
    {
        await AssertHidesAsync(header, Secret, "ann@example.com", "mx.example.com");
        // Chance must not let something pass that was refused, whatever the replacement is.
        for (var i = 0; i < 8; i++)
            await AssertHidesAsync(header, Secret, "ann@example.com", "mx.example.com");
    }

    [Test, TestCaseSource(nameof(Paths))]
    public async Task A_name_in_the_envelope_cannot_be_read(string path) => await AssertHidesAsync(From, Secret, path, "mx.example.com");

    [TestCase("secretjohn")]
    [TestCase("secretjohn@x.test")]
    [TestCase("x y.secretjohn")]
    [TestCase("[secretjohn]")]
    public async Task A_name_in_HELO_cannot_be_read(string helo) => await AssertHidesAsync(From, Secret, "", helo);

    private static IEnumerable<string> TagNames() =>
    [
        string.Concat("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".Select(static letter => $"{letter}__=1; ")),
        string.Concat(Enumerable.Range(0, 10).Select(static digit => $"a_{digit}=1; ")),
        string.Concat(Enumerable.Range(0, 10).Select(static digit => $"a_{digit}=1; ")) + "a_7=1",
    ];

    [Test, TestCaseSource(nameof(TagNames))]
    public async Task As_many_tags_as_there_are_names_of_one_form_get_one_each(string tags)
    {
        var result = await VerifyAsync(Dkim(tags), "ann@example.com", "mx.example.com");
        // Under many keys: whether two replacements meet is chance.
        var capsules = Task.Run(() => Enumerable.Range(0, 50).Select(_ => result.ToCapsule(Hashed)).ToList());
        foreach (var capsule in await capsules.WaitAsync(TimeSpan.FromSeconds(30)))
            Assert.That((await capsule.ReplayAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Domains_that_are_judged_stay()
    {
        var result = await VerifyAsync(Dkim("i=x@mail.x.test") + "To: bob@b.test\r\n", "ann@a.test", "mx.h.test");
        var capsule = result.ToCapsule(Hashed);
        var header = Encoding.Latin1.GetString(capsule.Evidence.Header.Span);
        Assert.That(header, Does.Match("From: [A-Z][a-z]{2} <[a-z]{3}@example.com>"));
        Assert.That(header, Does.Match("i=[a-z]@mail.x.test"));
        Assert.That(header, Does.Not.Contain("b.test"));
        Assert.That(capsule.Session.MailFrom, Does.EndWith("@a.test"));
        Assert.That(capsule.Session.Helo, Is.EqualTo("mx.h.test"));
    }

    [TestCase("@(", 30_000)]
    [TestCase("(", 60_000)]
    [TestCase("\"@", 30_000)]
    [TestCase("@.", 30_000)]
    public async Task Nesting_neither_recurses_nor_takes_long(string unit, int times)
    {
        foreach (var name in (string[])["Subject", "To", "Authentication-Results", "DKIM-Signature", "From"])
        {
            var result = await VerifyAsync($"{name}: {string.Concat(Enumerable.Repeat(unit, times))}\r\n", "", "mx.example.com");
            Assert.That(VerificationCapsule.TryRead(result.ToCapsule(Hashed).ToArray(), out var capsule) && (await capsule!.ReplayAsync()).IsEqual, Is.True);
        }
    }

    [Test]
    public async Task A_name_cannot_be_read_wherever_it_is_put([Range(0, 3)] int part)
    {
        const string Needle = "sEcRet9JohN";
        string[] around = ["", " ", "@", "\"", "(", ")", "<", ">", ";", ",", ":", "\\", "[", "]", "\r\n ", "=", ".", " @", "@[", "\"@", "(@", "i=", "\n", "From:", "=40"];
        for (var seed = part * 50; seed < (part + 1) * 50; seed++)
        {
            var random = new Random(seed);
            var mail = await RandomMail.MakeAsync(seed);
            var text = mail.Text;
            var header = text[..text.IndexOf("\r\n\r\n", StringComparison.Ordinal)];
            for (var count = random.Next(1, 4); count > 0; count--)
            {
                var needle = random.Next(3) switch
                {
                    // What encloses it is no part of a domain, a base64 text or a keyword, so that the needle is none.
                    0 => Any() + Any() + "@'" + Needle + "'" + Any(),
                    1 => $"{Any()}!{Needle}!{Any()}",
                    // Quotes fall away where a domain is shown, and it may be one with what stands behind.
                    _ => Any() + Any() + "@\"" + Needle + "\"" + Any(),
                };
                header = header.Insert(random.Next(header.Length), needle);
            }
            var result = await VerifyAsync(header + "\r\n", mail.Session.MailFrom, mail.Session.Helo, mail.Dns);
            var isAsked = result.Evidence!.Answers.Any(static answers => answers.Any(static answer => answer.Question.Name.ToString().Contains(Needle, StringComparison.OrdinalIgnoreCase)));
            // A name that was asked for stays.
            await AssertHidesAsync(result, isAsked ? "nothing that stands here" : Needle, $"seed {seed}\n{header}");

            string Any() => around[random.Next(around.Length)];
        }
    }

    private static Task<VerificationResult> VerifyAsync(string header, string? mailFrom, string helo, ZoneDnsResolver? dns = null)
    {
        dns ??= ZoneDnsResolver.Parse(DkimKeyRecord.FromKey(TestMail.Rsa).ToMasterFile(DomainName.Parse("x.test"), "rsa") + "\nex.test. TXT \"v=spf1 exists:%{l}.%{d} -all\"");
        var options = new EmailAuthenticatorOptions { KeepEvidence = true, TimeProvider = TestMail.Clock, TrustedSealers = new TrustedSealers([new TrustedSealer(DomainName.Parse("one.example"))]) };
        return new EmailAuthenticator(dns, options).VerifyAsync(TestMail.MessageOf(header + "\r\nbody"), new SmtpSession(IPAddress.Parse("192.0.2.1"), helo, mailFrom)).AsTask();
    }

    private static async Task AssertHidesAsync(string header, string secret, string? mailFrom, string helo) =>
        await AssertHidesAsync(await VerifyAsync(header, mailFrom, helo), secret, header);

    private static async Task AssertHidesAsync(VerificationResult result, string secret, string what)
    {
        var octets = result.ToCapsule(Hashed).ToArray();
        AssertHides(octets, "capsule");
        Assert.That(VerificationCapsule.TryRead(octets, out var capsule), Is.True, what);
        var replay = await capsule!.ReplayAsync();
        Assert.That(replay.Differences, Is.Empty, what);
        Assert.That(replay.MissingAnswers, Is.Empty, what);
        var explanation = replay.Verdict.Explain();
        AssertHides(explanation.ToJson(), "JSON");
        AssertHides(Encoding.UTF8.GetBytes(explanation.ToText()), "explanation");
        AssertHides(Encoding.UTF8.GetBytes(replay.Verdict.GetAuthenticationResults("mx.example.net").ToString()), "results");
        foreach (var member in VerdictMembers.Of(replay.Verdict))
            AssertHides(Encoding.UTF8.GetBytes(member.Value), member.Path);

        void AssertHides(object text, string where)
        {
            var shown = text as string ?? Encoding.Latin1.GetString((byte[])text);
            // Long enough that no replacement is one of them by chance.
            foreach (var form in (string[])[secret, "secret.john", "secret\r\n john", "secret john", "=73=65=63=72=65=74"])
                Assert.That(shown.Contains(form, StringComparison.OrdinalIgnoreCase), Is.False, $"{where} of {what}: {form}");
        }
    }

    [TestCase(MessageDefect.FieldNameTooLong)]
    [TestCase(MessageDefect.HeaderBlockTooLong)]
    public async Task A_defect_that_the_header_section_has_not_is_told(MessageDefect defect)
    {
        var result = await VerifyAsync(From, "", "mx.example.com");
        var capsule = new VerificationCapsule(result.Evidence! with { Defect = defect }, VerdictMembers.Of(result));
        Assert.That(VerificationCapsule.TryRead(capsule.ToArray(), out var read), Is.True);
        var replay = await read!.ReplayAsync();
        Assert.That(replay.Verdict.MessageDefect, Is.EqualTo(MessageDefect.None));
        Assert.That(replay.Differences.Single().ToString(), Does.Contain(defect.ToString()));
    }

    [Test]
    public void No_member_that_is_kept_can_quote_a_text()
    {
        Type[] results = [typeof(VerificationResult), typeof(SpfResult), typeof(DkimResult), typeof(ArcResult), typeof(ArcSetResult), typeof(ArcSignatureResult), typeof(DmarcResult), typeof(AuthorDomainResult), typeof(IdentifierAlignment), typeof(ArcOverrideResult), typeof(IprevResult), typeof(MethodResult), typeof(AuthenticationResultsProperty)];
        var kept = results
            .SelectMany(static result => result.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            .Select(static property => property.PropertyType)
            .Select(static type => Nullable.GetUnderlyingType(type) ?? (type.IsGenericType ? type.GetGenericArguments()[0] : type))
            .Where(VerdictMembers.IsClosed)
            .Where(static type => !type.IsEnum)
            .Distinct();
        Assert.That(kept, Is.SubsetOf((Type[])[typeof(bool), typeof(int), typeof(long), typeof(TimeSpan), typeof(DateTimeOffset), typeof(DomainName), typeof(IPAddress)]));
        foreach (var type in (Type[])[typeof(string), typeof(object), typeof(AuthenticationResults), typeof(DmarcRecord), typeof(HeaderField), typeof(byte[]), typeof(char)])
            Assert.That(VerdictMembers.IsClosed(type), Is.False, type.Name);
    }
}
