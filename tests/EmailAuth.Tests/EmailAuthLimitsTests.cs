using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Reflection;
using System.Text;
using EmailAuth.Arc;
using EmailAuth.AuthResults;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Spf;
using EmailAuth.Tests.Arc;
using EmailAuth.Tests.Dkim;
using EmailAuth.Tests.Dns;

namespace EmailAuth.Tests;

/// <summary>Each limit one below it, at it and one above it, with what is counted. Other tests count into the same meter, so nothing may run beside these.</summary>
[NonParallelizable]
public class EmailAuthLimitsTests
{
    /// <summary>One limit: its default, the bounds of its value, and what happens for an amount where it is set to <paramref name="At"/>.</summary>
    /// <param name="Name">Its place in <see cref="EmailAuthLimits"/>.</param>
    /// <param name="Default">The default; for a constant its value.</param>
    /// <param name="Least">The least that may be set; null for a constant.</param>
    /// <param name="Most">The most.</param>
    /// <param name="At">What it is set to.</param>
    /// <param name="Within">The outcome up to <paramref name="At"/>.</param>
    /// <param name="Over">The outcome above.</param>
    /// <param name="Play">Tells the outcome of an amount.</param>
    internal sealed record Limit(string Name, int Default, int? Least, int Most, int At, string Within, string Over, Func<EmailAuthLimits, int, Task<string>> Play)
    {
        /// <summary>False where going over it is no event, as for what waits, or is merely not looked at.</summary>
        public bool IsCounted { get; init; } = true;

        public override string ToString() => Name;
    }

    private static IEnumerable<Limit> Limits()
    {
        yield return new("Message.MaxHeaderBytes", 256 << 10, 1, 1 << 20, 200, "None", "HeaderBlockTooLong", (limits, octets) => DefectAsync(limits, "From: a@b.example\r\nX: ".PadRight(octets - 2, 'x') + "\r\n"));
        yield return new("Message.MaxHeaderFields", 2_000, 1, 20_000, 5, "None", "TooManyFields", (limits, fields) => DefectAsync(limits, string.Concat(Enumerable.Repeat("X: y\r\n", fields))));
        yield return new("Message.MaxFieldBytes", 64 << 10, 1, 1 << 20, 100, "None", "FieldTooLong", (limits, octets) => DefectAsync(limits, "X: ".PadRight(octets - 2, 'x') + "\r\n"));
        yield return new("Message.MaxFieldNameBytes", 128, 1, 998, 10, "None", "FieldNameTooLong", (limits, octets) => DefectAsync(limits, new string('x', octets) + ": y\r\n"));

        yield return new("Dns.MaxQueriesPerMessage", 200, 1, 1_000, 4, "fail/MechanismMatched", "temperror/DnsError", (limits, queries) =>
            // Of four, SPF has two.
            SpfAsync(limits, Record(queries - 3, i => $"a:n{i}.t.example"), "*.t.example. A 198.51.100.1"));
        yield return new("Dns.MaxParallelQueriesPerMessage", 8, 1, 64, 3, "all at once", "some wait", ParallelAsync) { IsCounted = false };
        yield return new("Dns.MaxQueriesAhead", 50, 0, 500, 3, "all asked", "some not asked", (limits, queries) => AheadAsync(limits with { Dns = limits.Dns with { MaxParallelQueriesAhead = 64 } }, queries)) { IsCounted = false };
        yield return new("Dns.MaxParallelQueriesAhead", 16, 1, 64, 3, "all asked", "some not asked", AheadAsync) { IsCounted = false };

        yield return new("Spf.MaxDnsLookups", 10, 1, 10, 4, "fail/MechanismMatched", "permerror/TooManyDnsLookups", (limits, terms) => SpfAsync(limits, Record(terms, i => $"a:n{i}.t.example"), "*.t.example. A 198.51.100.1"));
        yield return new("Spf.MaxVoidLookups", 2, 0, 10, 2, "fail/MechanismMatched", "permerror/TooManyVoidLookups", (limits, terms) => SpfAsync(limits, Record(terms, i => $"a:n{i}.t.example"), ""));
        yield return new("Spf.MaxMxHosts", 10, 1, 10, 3, "fail/MechanismMatched", "permerror/TooManyMxHosts", (limits, hosts) => SpfAsync(limits, "v=spf1 mx:m.t.example -all", Lines(hosts, i => $"m.t.example. MX 1 h{i}.t.example.\nh{i}.t.example. A 198.51.100.1")));
        yield return new("Spf.MaxPtrNames", 10, 1, 10, 3, "pass/MechanismMatched", "fail/MechanismMatched", (limits, last) =>
            SpfAsync(limits, $"v=spf1 ptr:p{last}.t.example -all", Lines(20, i => $"5.113.0.203.in-addr.arpa. PTR p{i}.t.example.\np{i}.t.example. A 203.0.113.5")))
        { IsCounted = false };
        yield return new("Spf.MaxQueries", 111, 1, 1_000, 4, "fail/MechanismMatched", "permerror/TooManyQueries", (limits, queries) => SpfAsync(limits, Record(queries - 1, i => $"a:n{i}.t.example"), "*.t.example. A 198.51.100.1"));
        yield return new("Spf.MaxLocalPartLength", 320, null, 320, 320, "fail/MechanismMatched", "none/SenderMalformed", (limits, octets) => SpfAsync(limits, "v=spf1 -all", "", new string('x', octets) + "@attack.example")) { IsCounted = false };
        yield return new("Spf.MaxHeloLength", 255, null, 255, 255, "asked for", "not asked for", async (limits, octets) =>
            await QueriesAsync(limits, "v=spf1 exists:%{h2}.t.example -all", string.Join('.', Enumerable.Repeat("x.y", 200))[..(octets - 2)].TrimEnd('.').PadRight(octets - 2, 'z') + ".q") == 2 ? "asked for" : "not asked for")
        { IsCounted = false };
        yield return new("Spf.MaxExplanationLength", 512, null, 512, 512, "explained", "not explained", async (limits, characters) =>
            (await CheckAsync(limits, "v=spf1 -all exp=e.t.example", $"e.t.example. TXT ( {Strings(new string('x', characters))} )")).Explanation is null ? "not explained" : "explained")
        { IsCounted = false };

        yield return new("Signatures.MaxVerifications", 60, 1, 400, 3, "pass/Verified", "permerror/TooManyVerifications", (limits, signatures) => LastSignatureAsync(limits, signatures, _ => Value));
        yield return new("Signatures.MaxBodyHashes", 4, 2, 16, 3, "policy/PartialBody True", "policy/PartialBody ", async (limits, hashes) =>
        {
            // Two are those of the whole body, so one may have a length less than there are hashes.
            var results = await SignaturesAsync(limits, Enumerable.Range(1, hashes - 2).Select(i => Value.Replace("bh=?", $"l={i}; bh=?", StringComparison.Ordinal)));
            return results.IsEmpty ? "policy/PartialBody True" : $"{results[^1].Status.ToKeyword()}/{results[^1].Reason} {results[^1].BodyHashMatches}";
        });
        yield return new("Signatures.MaxValueLength", 16 << 10, null, 16 << 10, 16 << 10, "pass/Verified", "permerror/SignatureTooLong", (limits, octets) => PaddedSignatureAsync(limits, octets));
        yield return new("Signatures.MaxTags", 64, null, 64, 64, "pass/Verified", "permerror/TooManyTags", (limits, tags) => LastSignatureAsync(limits, 1, _ => "v=1; " + string.Concat(Enumerable.Range(0, tags - 8).Select(i => $"t{i}=; ")) + Value[5..]));
        yield return new("Signatures.MaxSignedFields", 256, null, 256, 256, "pass/Verified", "permerror/TooManySignedFields", (limits, names) => LastSignatureAsync(limits, 1, _ => Value.Replace("h=from", "h=from" + string.Concat(Enumerable.Repeat(":a", names - 1)), StringComparison.Ordinal)));
        yield return new("Signatures.MaxSignatureOctets", 1024, null, 1024, 1024, "fail/HeaderSignature", "permerror/SignatureValue", (limits, octets) => LastSignatureAsync(limits, 1, _ => Value, signature: new byte[octets])) { IsCounted = false };
        yield return new("Signatures.MaxKeyRecordOctets", 8 << 10, null, 8 << 10, 8 << 10, "pass/Verified", "permerror/KeyTooLong", (limits, octets) => KeyAsync(limits, $"k=ed25519; p={Key}; n=".PadRight(octets, 'x')));
        yield return new("Signatures.MaxKeyDataLength", 4096, null, 4096, 4096, "pass/Verified", "permerror/KeyData", (limits, octets) => KeyAsync(limits, $"k=ed25519; p={Key[..10]}{new string(' ', octets - Key.Length)}{Key[10..]}")) { IsCounted = false };
        yield return new("Signatures.MaxKeyRecords", 8, null, 8, 8, "pass/Verified", "permerror/TooManyKeyRecords", (limits, records) => KeyAsync(limits, [.. Enumerable.Range(1, records - 1).Select(i => $"hello {i}"), $"k=ed25519; p={Key}"]));
        yield return new("Signatures.MaxKeysTried", 3, null, 3, 3, "pass/Verified", "fail/HeaderSignature", (limits, last) =>
            KeyAsync(limits, [.. Enumerable.Range(1, last - 1).Select(_ => DkimKeyRecord.FromKey(SigningKey.GenerateEd25519()).ToString()), $"k=ed25519; p={Key}"]))
        { IsCounted = false };
        yield return new("Signatures.MaxRsaKeyBits", 8192, null, 8192, 8192, "None", "TooLong", (_, bits) => Task.FromResult(RsaPublicKey.TryRead(RsaKey(bits), out var _).ToString())) { IsCounted = false };

        yield return new("Dkim.MaxSignaturesRead", 50, 1, 200, 3, "pass/Verified", "neutral/TooManySignatures", (limits, signatures) => LastSignatureAsync(limits, signatures, _ => Value));
        yield return new("Dkim.MaxSignaturesVerified", 10, 1, 50, 3, "pass/Verified", "neutral/TooManySignatures", (limits, signatures) => LastSignatureAsync(limits, signatures, _ => Value));

        yield return new("Arc.MaxSets", 50, 1, 50, 2, "pass/Verified", "fail/TooManySets", async (limits, sets) => Text(await ChainAsync(limits, sets)));
        yield return new("Arc.MostSets", 50, null, 50, 50, "InstanceGap", "InstanceRange", async (_, instance) =>
            (await TestChain.ValidateAsync($"ARC-Seal: i={instance}; cv=pass\r\n{TestMail.Plain}")).Reason.ToString())
        { IsCounted = false };
        yield return new("Arc.MaxSignaturesVerified", 60, 1, 100, 4, "all", "some not", async (limits, signatures) =>
        {
            // Two sets have two seals and two message signatures. The message is always this one, so it is the limit that moves.
            var chain = await ChainAsync(limits with { Arc = limits.Arc with { MaxSignaturesVerified = 8 - signatures } }, 2);
            return chain.Sets.All(set => set.MessageSignatureResult.Status == ArcSignatureStatus.Pass) ? "all" : "some not";
        })
        { IsCounted = false };

        yield return new("Dmarc.MaxQueriesPerMessage", 24, 1, 96, 3, "fail/NoAuthenticatedIdentifier", "temperror/PolicyHidden", (limits, labels) =>
            DmarcAsync(limits, $"a@{string.Join('.', Enumerable.Range(1, labels - 1).Select(i => $"l{i}"))}.t", "_dmarc.t. TXT \"v=DMARC1; p=reject\""));
        yield return new("Dmarc.MaxRecordBytes", 4 << 10, 1, 64 << 10, 100, "fail/NoAuthenticatedIdentifier", "none/NoRecord", (limits, octets) => DmarcAsync(limits, "a@b.example", $"_dmarc.b.example. TXT \"{"v=DMARC1; p=reject; x=".PadRight(octets, 'y')}\""));
        yield return new("Dmarc.MaxTags", 64, 1, 1_024, 5, "fail/NoAuthenticatedIdentifier", "none/NoRecord", (limits, tags) => DmarcAsync(limits, "a@b.example", $"_dmarc.b.example. TXT \"v=DMARC1; p=reject{string.Concat(Enumerable.Repeat("; x=y", tags - 2))}\""));
        yield return new("Dmarc.MaxReportUris", 10, 1, 100, 3, "all", "some not", async (limits, uris) =>
        {
            Assert.That(DmarcRecord.TryParse(Encoding.ASCII.GetBytes("v=DMARC1; p=none; rua=" + string.Join(',', Enumerable.Range(1, uris).Select(i => $"mailto:r{i}@b.example"))), out var record));
            var destinations = await new DmarcEvaluator(ZoneDnsResolver.Parse(""), new DmarcOptions { Limits = limits.Dmarc }).CheckReportDestinationsAsync(DomainName.Parse("b.example"), record!, ReportKind.Aggregate);
            return destinations.Length == uris ? "all" : "some not";
        });
        yield return new("Dmarc.MaxMailboxes", 16, 1, 256, 3, "none/NoRecord", "permerror/TooManyMailboxes", (limits, mailboxes) => DmarcAsync(limits, string.Join(',', Enumerable.Range(1, mailboxes).Select(i => $"a{i}@b.example")), ""));
        yield return new("Dmarc.MaxAuthorDomains", 5, 1, 16, 3, "none/NoRecord", "permerror/TooManyAuthorDomains", (limits, domains) => DmarcAsync(limits, string.Join(',', Enumerable.Range(1, domains).Select(i => $"a@b{i}.example")), ""));

        yield return new("AuthenticationResults.MaxFields", 50, 1, 1_000, 3, "all", "some not", (limits, fields) =>
            Task.FromResult(AuthenticationResults.ReadAll(HeaderBlock.Parse(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("Authentication-Results: a; none\r\n", fields))), MessageLimits.Default), limits.AuthenticationResults).Length == fields ? "all" : "some not"))
        { IsCounted = false };
        yield return new("AuthenticationResults.MaxFieldBytes", 16 << 10, 1, 64 << 10, 100, "read", "refused", (limits, octets) => ReadAsync(limits, "a; dkim=pass".PadRight(octets - 3)));
        yield return new("AuthenticationResults.MaxResults", 64, 1, 1_000, 3, "read", "refused", (limits, results) => ReadAsync(limits, "a" + string.Concat(Enumerable.Repeat("; dkim=pass", results))));
        yield return new("AuthenticationResults.MaxProperties", 16, 1, 100, 3, "read", "refused", (limits, properties) => ReadAsync(limits, "a; dkim=pass" + string.Concat(Enumerable.Range(1, properties).Select(i => $" header.x{i}=y"))));
        yield return new("AuthenticationResults.MaxWrittenBytes", 8 << 10, 2 << 10, 64 << 10, 2 << 10, "whole", "cut", (limits, octets) =>
        {
            // The writer keeps room for what it estimates, so the amount is told by results: one more than fits is left out, and the bound holds either way.
            var fits = Enumerable.Range(1, 400).Last(count => !Written(count, limits).Contains("left out", StringComparison.Ordinal));
            var text = Written(fits + octets - (2 << 10), limits);
            Assert.That(text, Has.Length.LessThanOrEqualTo(limits.AuthenticationResults.MaxWrittenBytes));
            return Task.FromResult(text.Contains("left out", StringComparison.Ordinal) ? "cut" : "whole");
        })
        { IsCounted = false };
        yield return new("AuthenticationResults.MaxValueBytes", 320, 16, 320, 20, "whole", "cut", (limits, octets) =>
            Task.FromResult(new AuthenticationResults("a", [new MethodResult("spf", "fail") { Properties = [new("smtp", "helo", new string('x', octets))] }]).ToUnfoldedValue(limits: limits.AuthenticationResults).Contains("...", StringComparison.Ordinal) ? "cut" : "whole"));
    }

    private static IEnumerable<TestCaseData> Rows() => Limits().Select(limit => new TestCaseData(limit).SetArgDisplayNames(limit.Name));

    private static IEnumerable<TestCaseData> Adjustable() => Limits().Where(limit => limit.Least is not null).Select(limit => new TestCaseData(limit).SetArgDisplayNames(limit.Name));

    [TestCaseSource(nameof(Rows))]
    public async Task One_below_and_at_the_limit_is_within_one_above_is_over_and_is_counted(object row)
    {
        var limit = (Limit)row;
        var limits = limit.Least is null ? EmailAuthLimits.Default : With(limit, limit.At);
        using var hits = new Hits();
        Assert.That(await limit.Play(limits, limit.At - 1), Is.EqualTo(limit.Within), "one below");
        Assert.That(await limit.Play(limits, limit.At), Is.EqualTo(limit.Within), "at it");
        if (limit.IsCounted)
            Assert.That(hits.Of(limit.Name), Is.Zero, "hits within");
        Assert.That(await limit.Play(limits, limit.At + 1), Is.EqualTo(limit.Over), "one above");
        if (limit.IsCounted)
            Assert.That(hits.Of(limit.Name), Is.GreaterThanOrEqualTo(1), "hits above");
    }

    [TestCaseSource(nameof(Adjustable))]
    public void A_limit_has_its_default_and_may_be_set_within_its_bounds_only(object row)
    {
        var limit = (Limit)row;
        Assert.That(ValueOf(EmailAuthLimits.Default, limit), Is.EqualTo(limit.Default));
        foreach (var good in new[] { limit.Least!.Value, limit.Most })
            Assert.That(ValueOf(With(limit, good), limit), Is.EqualTo(good));
        foreach (var bad in new[] { limit.Least.Value - 1, limit.Most + 1, int.MinValue, int.MaxValue })
        {
            var error = Assert.Throws<ArgumentOutOfRangeException>(() => With(limit, bad));
            Assert.That(error!.Message, Does.Contain(limit.Name.Split('.')[1]), "what");
            Assert.That(error.Message, Does.Contain((bad < limit.Least ? limit.Least.Value : limit.Most).ToString(CultureInfo.InvariantCulture)), "what would be right");
        }
    }

    [Test]
    public void No_limit_lacks_its_row()
    {
        var rows = Limits().ToDictionary(limit => limit.Name);
        var missing = new List<string>();
        foreach (var room in typeof(EmailAuthLimits).GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            foreach (var property in room.PropertyType.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.PropertyType != typeof(TimeSpan)))
            {
                if (!rows.TryGetValue($"{room.Name}.{property.Name}", out var row) || row.Least is null)
                    missing.Add($"{room.Name}.{property.Name}");
            }
            foreach (var constant in room.PropertyType.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static).Where(field => field.IsLiteral))
            {
                // The ceiling of a limit is told by that limit's row.
                if (rows.TryGetValue($"{room.Name}.{constant.Name.Replace("Most", "Max", StringComparison.Ordinal)}", out var ceiling) && ceiling.Most == (int)constant.GetRawConstantValue()!)
                    continue;
                if (!rows.TryGetValue($"{room.Name}.{constant.Name}", out var row) || row.Default != (int)constant.GetRawConstantValue()!)
                    missing.Add($"{room.Name}.{constant.Name}");
            }
        }
        Assert.That(missing, Is.Empty);
    }

    // ---- Times ----

    [TestCase(2.9, SpfStatus.Fail, SpfReason.MechanismMatched)]
    [TestCase(3.0, SpfStatus.TempError, SpfReason.TimeLimitReached)]
    [TestCase(3.1, SpfStatus.TempError, SpfReason.TimeLimitReached)]
    public async Task Spf_has_its_time_and_no_more(double seconds, SpfStatus status, SpfReason reason)
    {
        using var hits = new Hits();
        var result = await SlowAsync(new EmailAuthLimits { Spf = new SpfLimits { MaxTime = TimeSpan.FromSeconds(3) } }, seconds);
        Assert.That((result.Status, result.Reason), Is.EqualTo((status, reason)));
        Assert.That(hits.Of("Spf.MaxTime") > 0, Is.EqualTo(status == SpfStatus.TempError));
    }

    [TestCase(2.9, SpfStatus.Fail)]
    [TestCase(3.0, SpfStatus.TempError)]
    [TestCase(3.1, SpfStatus.TempError)]
    public async Task The_questions_of_a_message_have_their_time_and_no_more(double seconds, SpfStatus status)
    {
        using var hits = new Hits();
        Assert.That((await SlowAsync(new EmailAuthLimits { Dns = new DnsLimits { MaxTimePerMessage = TimeSpan.FromSeconds(3) } }, seconds)).Status, Is.EqualTo(status));
        Assert.That(hits.Of("Dns.MaxTimePerMessage") > 0, Is.EqualTo(status == SpfStatus.TempError));
    }

    [Test]
    public void Times_have_their_defaults_and_bounds()
    {
        Assert.That(SpfLimits.Default.MaxTime, Is.EqualTo(TimeSpan.FromSeconds(20)));
        Assert.That(DnsLimits.Default.MaxTimePerMessage, Is.EqualTo(TimeSpan.FromSeconds(30)));
        Assert.That(new EmailAuthenticatorOptions().TimeLimit, Is.EqualTo(TimeSpan.FromSeconds(45)));
        foreach (var bad in new[] { TimeSpan.Zero, TimeSpan.FromSeconds(-1), TimeSpan.FromMinutes(5) + TimeSpan.FromTicks(1) })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => _ = new SpfLimits { MaxTime = bad });
            Assert.Throws<ArgumentOutOfRangeException>(() => _ = new DnsLimits { MaxTimePerMessage = bad });
        }
    }

    // ---- One truth ----

    [Test]
    public void A_part_with_limits_of_its_own_is_refused_and_told_where_they_belong()
    {
        var limits = new MessageLimits { MaxHeaderFields = 1 };
        foreach (var make in new Action[]
        {
            () => _ = new EmailAuthenticatorOptions { Spf = new SpfOptions { Limits = new SpfLimits { MaxMxHosts = 1 } } },
            () => _ = new EmailAuthenticatorOptions { Dkim = new DkimVerifierOptions { Limits = new DkimLimits { MaxSignaturesRead = 1 } } },
            () => _ = new EmailAuthenticatorOptions { Dkim = new DkimVerifierOptions { MessageLimits = limits } },
            () => _ = new EmailAuthenticatorOptions { Dkim = new DkimVerifierOptions { SignatureLimits = new SignatureLimits { MaxVerifications = 1 } } },
            () => _ = new EmailAuthenticatorOptions { Arc = new ArcOptions { Limits = new ArcLimits { MaxSets = 1 } } },
            () => _ = new EmailAuthenticatorOptions { Arc = new ArcOptions { DnsLimits = new DnsLimits { MaxQueriesPerMessage = 1 } } },
            () => _ = new EmailAuthenticatorOptions { Dmarc = new DmarcOptions { Limits = new DmarcLimits { MaxMailboxes = 1 } } },
        })
            Assert.That(Assert.Throws<ArgumentException>(() => make())!.Message, Does.Contain("EmailAuthenticatorOptions.Limits"));
        Assert.That(new EmailAuthenticatorOptions { Spf = new SpfOptions { ReceiverName = "mx.example" }, Arc = new ArcOptions { MinimumRsaKeyBits = 2048 } }.Limits, Is.EqualTo(EmailAuthLimits.Default));
        foreach (var room in typeof(EmailAuthLimits).GetProperties(BindingFlags.Public | BindingFlags.Instance))
            Assert.That(Assert.Throws<TargetInvocationException>(() => room.SetValue(new EmailAuthLimits(), null))!.InnerException, Is.TypeOf<ArgumentNullException>(), room.Name);
    }

    [Test]
    public async Task Dkim_and_arc_share_their_public_key_operations()
    {
        var message = await TestChain.SealAsync(await TestMail.SignAsync(TestMail.Plain), "one.example");
        foreach (var (most, dkim, arc) in new[] { (3, DkimReason.Verified, ArcReason.Verified), (2, DkimReason.Verified, ArcReason.Seal), (1, DkimReason.Verified, ArcReason.MessageSignature) })
        {
            var result = await VerifyAsync(new EmailAuthLimits { Signatures = new SignatureLimits { MaxVerifications = most } }, message, TestMail.Zone(), TestChain.Zone());
            Assert.That((result.Dkim[0].Reason, result.Arc.Reason), Is.EqualTo((dkim, arc)), $"{most} operations");
        }
    }

    [Test]
    public async Task A_set_over_the_operators_limit_fails_although_it_stands_alone() =>
        Assert.That((await TestChain.ValidateAsync($"ARC-Seal: i=3; cv=pass\r\n{TestMail.Plain}", options: TestChain.Options with { Limits = new ArcLimits { MaxSets = 2 } })).Reason, Is.EqualTo(ArcReason.TooManySets));

    // ---- How the limits are played ----

    private const string Value = "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=example.com; s=ed; h=from; bh=?; b=";

    private static string Key => Convert.ToBase64String(TestMail.Ed25519.PublicKeyData.Span);

    private static PropertyInfo PropertyOf(object room, string name) => room.GetType().GetProperty(name) ?? throw new AssertionException($"There is no {name}.");

    private static int ValueOf(EmailAuthLimits limits, Limit limit)
    {
        var names = limit.Name.Split('.');
        var room = PropertyOf(limits, names[0]).GetValue(limits)!;
        return (int)PropertyOf(room, names[1]).GetValue(room)!;
    }

    /// <summary>The defaults but for one. Reflection does what an object initializer does.</summary>
    private static EmailAuthLimits With(Limit limit, int value)
    {
        var names = limit.Name.Split('.');
        var property = typeof(EmailAuthLimits).GetProperty(names[0])!;
        var room = Activator.CreateInstance(property.PropertyType)!;
        try
        {
            PropertyOf(room, names[1]).SetValue(room, value);
        }
        catch (TargetInvocationException exception)
        {
            throw exception.InnerException!;
        }
        var limits = new EmailAuthLimits();
        property.SetValue(limits, room);
        return limits;
    }

    private static EmailAuthenticator Authenticator(EmailAuthLimits limits, IDnsResolver resolver, TimeProvider? clock = null) =>
        new(resolver, new EmailAuthenticatorOptions { Limits = limits, CheckHelo = false, TimeProvider = clock ?? TestMail.Clock });

    private static async Task<VerificationResult> VerifyAsync(EmailAuthLimits limits, string message, params IDnsResolver[] zones) =>
        await Authenticator(limits, new OneOf(zones)).VerifyAsync(TestMail.MessageOf(message), new SmtpSession(null, "", ""));

    private static async Task<string> DefectAsync(EmailAuthLimits limits, string header) => (await VerifyAsync(limits, header + "\r\nx\r\n", ZoneDnsResolver.Parse(""))).MessageDefect.ToString();

    private static string Record(int terms, Func<int, string> term) => $"v=spf1 {string.Join(' ', Enumerable.Range(1, terms).Select(term))} -all";

    private static string Lines(int count, Func<int, string> line) => string.Join('\n', Enumerable.Range(1, count).Select(line));

    private static string Strings(string text) => string.Join(' ', text.Chunk(255).Select(chunk => $"\"{new string(chunk)}\""));

    private static async Task<SpfResult> CheckAsync(EmailAuthLimits limits, string record, string zone, string mailFrom = "any@attack.example") =>
        (await Authenticator(limits, ZoneDnsResolver.Parse($"attack.example. TXT ( {Strings(record)} )\n{zone}"))
            .VerifyAsync(TestMail.MessageOf("\r\nx\r\n"), new SmtpSession(IPAddress.Parse("203.0.113.5"), "relay.attack.example", mailFrom))).Spf;

    private static async Task<string> SpfAsync(EmailAuthLimits limits, string record, string zone, string mailFrom = "any@attack.example") =>
        await CheckAsync(limits, record, zone, mailFrom) is var result ? $"{result.Status.ToKeyword()}/{result.Reason}" : "";

    private static async Task<int> QueriesAsync(EmailAuthLimits limits, string record, string helo)
    {
        var zone = ZoneDnsResolver.Parse($"attack.example. TXT \"{record}\"");
        zone.LogQueries = true;
        await Authenticator(limits, zone).VerifyAsync(TestMail.MessageOf("\r\nx\r\n"), new SmtpSession(IPAddress.Parse("203.0.113.5"), helo, "any@attack.example"));
        return zone.Queries.Length;
    }

    /// <summary>The first answer takes that long, and a second is asked for.</summary>
    private static async Task<SpfResult> SlowAsync(EmailAuthLimits limits, double seconds)
    {
        var clock = new ManualTimeProvider();
        var zone = ZoneDnsResolver.Parse("attack.example. TXT \"v=spf1 a:n.t.example -all\"\nn.t.example. A 198.51.100.1");
        var questions = 0;
        var resolver = new ScriptedDnsResolver(question =>
        {
            if (questions++ == 0)
                clock.Advance(seconds);
            return zone.QueryAsync(question).Result;
        });
        return (await Authenticator(limits, resolver, clock).VerifyAsync(TestMail.MessageOf("\r\nx\r\n"), new SmtpSession(IPAddress.Parse("203.0.113.5"), "x.example", "any@attack.example"))).Spf;
    }

    /// <summary>That many keys are asked for at once, and none is answered at first.</summary>
    private static async Task<string> ParallelAsync(EmailAuthLimits limits, int queries)
    {
        var resolver = new ScriptedDnsResolver { Holds = true };
        var message = string.Concat(Enumerable.Range(0, queries).Select(i => $"DKIM-Signature: v=1; a=rsa-sha256; d=d{i}.example; s=s; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=QUJD\r\n")) + "From: a\r\n\r\nx\r\n";
        var verdict = Authenticator(limits, resolver).VerifyAsync(TestMail.MessageOf(message), new SmtpSession(null, "", "")).AsTask();
        var asked = resolver.Queries;
        while (!verdict.IsCompleted)
        {
            resolver.Release(DnsAnswer.NoRecords(DnsStatus.NxDomain));
            await Task.Delay(1);
        }
        await verdict;
        Assert.That(resolver.Queries, Is.EqualTo(queries), "all are asked in the end");
        return asked == queries ? "all at once" : "some wait";
    }

    private static Task<string> AheadAsync(EmailAuthLimits limits, int queries)
    {
        var inner = new ScriptedDnsResolver { Holds = true };
        using var dns = new MessageDnsResolver(inner, limits.Dns, TimeProvider.System);
        _ = dns.QueryAsync(ScriptedDnsResolver.Ask("first.example")).AsTask();
        for (var i = 0; i < queries; i++)
            dns.AskAhead(ScriptedDnsResolver.Ask($"n{i}.example"), null, CancellationToken.None);
        var asked = inner.Queries - 1;
        inner.Release(DnsAnswer.NoRecords(DnsStatus.NxDomain));
        return Task.FromResult(asked == queries ? "all asked" : "some not asked");
    }

    private static async Task<ImmutableArray<DkimResult>> SignaturesAsync(EmailAuthLimits limits, IEnumerable<string> values, byte[]? signature = null, IDnsResolver? zone = null)
    {
        var message = TestMail.Plain;
        foreach (var value in values.Reverse())
            message = await TestMail.SignValueAsync(message, value, TestMail.Ed25519, signature is null ? null : _ => signature);
        return (await VerifyAsync(limits, message, zone ?? TestMail.Zone())).Dkim;
    }

    private static async Task<string> LastSignatureAsync(EmailAuthLimits limits, int signatures, Func<int, string> value, byte[]? signature = null, IDnsResolver? zone = null)
    {
        var results = await SignaturesAsync(limits, Enumerable.Range(0, signatures).Select(value), signature, zone);
        return $"{results[^1].Status.ToKeyword()}/{results[^1].Reason}";
    }

    private static Task<string> KeyAsync(EmailAuthLimits limits, params string[] records) =>
        LastSignatureAsync(limits, 1, _ => Value, zone: TestMail.ZoneWith("ed._domainkey.example.com", records));

    /// <summary>A signature whose value has that many octets, the space before it and the line end included.</summary>
    private static async Task<string> PaddedSignatureAsync(EmailAuthLimits limits, int octets)
    {
        static string Padded(int padding) => Value.Replace("bh=?", $"z={new string('x', padding)}; bh=?", StringComparison.Ordinal);
        var shortest = await TestMail.SignValueAsync(TestMail.Plain, Padded(1), TestMail.Ed25519);
        var length = shortest.IndexOf("\r\n", StringComparison.Ordinal) + 2 - "DKIM-Signature:".Length;
        return await LastSignatureAsync(limits, 1, _ => Padded(1 + octets - length));
    }

    private static byte[] RsaKey(int bits)
    {
        var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        writer.PushSequence();
        writer.WriteInteger((System.Numerics.BigInteger.One << (bits - 1)) + 12345);
        writer.WriteInteger(65537);
        writer.PopSequence();
        return writer.Encode();
    }

    private static async Task<ArcResult> ChainAsync(EmailAuthLimits limits, int sets) =>
        (await VerifyAsync(limits, await TestChain.SealedByAsync([.. new[] { "one.example", "two.example", "three.example" }.Take(sets)]), TestChain.Zone())).Arc;

    private static string Text(ArcResult result) => $"{result.Status.ToKeyword()}/{result.Reason}";

    private static async Task<string> DmarcAsync(EmailAuthLimits limits, string from, string zone) =>
        (await VerifyAsync(limits, $"From: {from}\r\n\r\nx\r\n", ZoneDnsResolver.Parse(zone))).Dmarc is var result ? $"{result.Status.ToKeyword()}/{result.Reason}" : "";

    private static Task<string> ReadAsync(EmailAuthLimits limits, string value) =>
        Task.FromResult(AuthenticationResults.TryRead(new HeaderField("Authentication-Results", value), out _, out _, limits.AuthenticationResults) ? "read" : "refused");

    private static string Written(int results, EmailAuthLimits limits) =>
        Encoding.ASCII.GetString(new AuthenticationResults("a", [.. Enumerable.Repeat(new MethodResult("dkim", "fail"), results)]).ToHeaderField(limits: limits.AuthenticationResults).RawOctets.Span);

    /// <summary>The first of several zones that knows a name.</summary>
    private sealed class OneOf(IDnsResolver[] zones) : IDnsResolver
    {
        public async ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
        {
            var answer = await zones[0].QueryAsync(question, cancellationToken);
            return answer.Status == DnsStatus.NoError || zones.Length == 1 ? answer : await new OneOf(zones[1..]).QueryAsync(question, cancellationToken);
        }
    }

    /// <summary>Listens to the counter of hits.</summary>
    private sealed class Hits : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentDictionary<string, long> _counts = new();

        public Hits()
        {
            _listener.InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument is { Meter.Name: EmailAuthMetrics.MeterName, Name: "emailauth.limit.hits" })
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((_, value, tags, _) => _counts.AddOrUpdate($"{tags[0].Value}", value, (_, before) => before + value));
            _listener.Start();
        }

        public long Of(string limit) => _counts.GetValueOrDefault(limit);

        public void Dispose() => _listener.Dispose();
    }
}
