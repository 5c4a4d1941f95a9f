using System.Globalization;
using EmailAuth.Arc;
using EmailAuth.Dns;
using EmailAuth.Tests.Arc;
using EmailAuth.Tests.Dkim;

namespace EmailAuth.Tests.Corpus;

/// <summary>A1 to A8: chains of sealers.</summary>
internal static class ArcAttacks
{
    private static readonly string Sealers = string.Join('\n', new[] { "one.example", "two.example", "three.example" }.Select(domain => DkimKeyRecord(domain)));

    public static IEnumerable<MailAttack> All()
    {
        yield return Sealed("A1", "two sets, nothing wrong", "arc=pass/Verified", message => message);
        yield return Sealed("A1", "a gap", "arc=fail/InstanceGap", message => Without(message, 1));
        yield return Sealed("A1", "a seal twice", "arc=fail/DuplicateField", message => FieldOf(message, ArcFields.Seal, 1) + message);
        yield return Sealed("A1", "results twice", "arc=fail/DuplicateField", message => FieldOf(message, ArcFields.AuthenticationResults, 2) + message);
        foreach (var (instance, reason) in new[] { ("0", "InstanceRange"), ("51", "InstanceRange"), ("01", "InstanceSyntax"), ("4294967297", "InstanceRange"), ("-1", "InstanceSyntax"), ("1 2", "InstanceSyntax"), ("", "InstanceSyntax"), ("99999999999999999999", "InstanceRange") })
            yield return Sealed("A1", $"i={instance}", $"arc=fail/{reason}", message => TestChain.Change(message, ArcFields.MessageSignature, 1, field => field.Replace("i=1;", $"i={instance};", StringComparison.Ordinal)));
        yield return new MailAttack("A1", "fifty-one sets", "arc=fail/TooManySets queries=4")
        {
            Sign = message => Task.FromResult(string.Concat(Enumerable.Range(1, 51).Select(i => string.Create(CultureInfo.InvariantCulture, $"ARC-Seal: i={i}; a=x\r\nARC-Message-Signature: i={i}; a=x\r\nARC-Authentication-Results: i={i}; x\r\n"))) + message),
        };
        yield return new MailAttack("A1", "a thousand seals", "arc=fail/TooManySets")
        {
            Sign = message => Task.FromResult(string.Concat(Enumerable.Repeat("ARC-Seal: i=1; a=x\r\n", 1_000)) + message),
        };

        yield return Alone("A2", "a seal with a tag that has no value", "ARC-Seal: i=1; cv\r\n", "MissingAuthenticationResults");
        yield return Alone("A2", "a seal that is no list", "ARC-Seal: x\r\n", "InstanceSyntax");
        yield return Alone("A2", "an empty seal", "ARC-Seal: \r\n", "InstanceSyntax");
        yield return Alone("A2", "a seal that only says failed", "ARC-Seal: i=1; cv=fail\r\n", "MarkedFailed");
        yield return Forged("A2", "a signature of 384 octets", "arc=fail/Seal", TestChain.MessageTags(), TestChain.SealTags(), change: message => TestChain.Change(message, ArcFields.Seal, 1, field => Replaced(field, new byte[384])));
        yield return Forged("A2", "a signature of 1,025 octets", "arc=fail/Seal", TestChain.MessageTags(), TestChain.SealTags(), change: message => TestChain.Change(message, ArcFields.Seal, 1, field => Replaced(field, new byte[1025])));

        foreach (var results in new[] { "i=1; (null)=pass", "i=1; one.example; (null)=pass", "i=1;", "i=1; one.example; dmarc", "i=1; \"", "i=1; one.example; \0=pass" })
            yield return Forged("A3", results.Replace('\0', '0'), "arc=pass/Verified", TestChain.MessageTags(), TestChain.SealTags(), results);
        yield return Forged("A3", "results that do not say their instance", "arc=fail/InstanceSyntax", TestChain.MessageTags(), TestChain.SealTags(), "one.example; dmarc=pass");

        yield return Sealed("A4", "results of the second set alone", "arc=fail/MissingMessageSignature override=ChainNotPassed", message =>
            TestChain.Change(TestChain.Change(message, ArcFields.MessageSignature, 2, _ => ""), ArcFields.Seal, 2, _ => ""), Trusting("two.example", "one.example"));
        yield return Sealed("A4", "no results in the second set", "arc=fail/MissingAuthenticationResults", message => TestChain.Change(message, ArcFields.AuthenticationResults, 2, _ => ""));
        yield return Sealed("A4", "no seal in the first set", "arc=fail/MissingSeal", message => TestChain.Change(message, ArcFields.Seal, 1, _ => ""));

        const string claims = "i=1; one.example; dkim=pass header.i.x=1; spf=pass value.x=1; dmarc=pass header.from.toString.z=1; value=evil";
        const string claimsAuthor = "i=1; one.example; dmarc=pass header.from=legit.example";
        yield return Forged("A5", "claims of no syntax, nobody trusted", "arc=pass/Verified override= dmarc=fail/NoIdentifierAligned/reject", TestChain.MessageTags(), TestChain.SealTags(), claims);
        yield return Forged("A5", "claims of no syntax by a trusted sealer", "arc=pass/Verified override=NotClaimed dmarc=fail/NoIdentifierAligned/reject", TestChain.MessageTags(), TestChain.SealTags(), claims, Trusting("one.example")) with { Differs = new() { ["with a bare LF"] = "arc=fail/BareLineEnd override=ChainNotPassed dmarc=fail/NoIdentifierAligned/reject" } };
        yield return Forged("A5", "good claims by a stranger", "arc=pass/Verified override=SealerNotTrusted dmarc=fail/NoIdentifierAligned/reject", TestChain.MessageTags(), TestChain.SealTags(), claimsAuthor, Trusting("two.example")) with { Differs = new() { ["with a bare LF"] = "arc=fail/BareLineEnd override=ChainNotPassed dmarc=fail/NoIdentifierAligned/reject" } };
        yield return Forged("A5", "good claims by a trusted sealer", "arc=pass/Verified override=Claimed dmarc=fail/NoIdentifierAligned/reject", TestChain.MessageTags(), TestChain.SealTags(), claimsAuthor, Trusting("one.example")) with { Differs = new() { ["with a bare LF"] = "arc=fail/BareLineEnd override=ChainNotPassed dmarc=fail/NoIdentifierAligned/reject" } };
        yield return Forged("A5", "good claims, but From is not signed", "arc=pass/Verified override=FromNotSigned", TestChain.MessageTags().Replace("h=from:", "h=", StringComparison.Ordinal), TestChain.SealTags(), claimsAuthor, Trusting("one.example")) with { Differs = new() { ["with a bare LF"] = "arc=fail/BareLineEnd override=ChainNotPassed" } };
        yield return Forged("A5", "two voices", "arc=pass/Verified override=NotClaimed", TestChain.MessageTags(), TestChain.SealTags(), claimsAuthor + "; dmarc=fail header.from=legit.example", Trusting("one.example")) with { Differs = new() { ["with a bare LF"] = "arc=fail/BareLineEnd override=ChainNotPassed" } };

        yield return Forged("A6", "nothing of the body is signed", "arc=fail/MessageSignature", TestChain.MessageTags("l=0; "), TestChain.SealTags());
        yield return Forged("A6", "ten octets of the body are signed", "arc=fail/MessageSignature", TestChain.MessageTags("l=10; "), TestChain.SealTags());
        yield return Forged("A6", "more is signed than there is", "arc=fail/MessageSignature", TestChain.MessageTags("l=1000000; "), TestChain.SealTags());

        yield return Sealed("A7", "the sets in another order", "arc=pass/Verified", message =>
        {
            var (fields, body) = TestChain.Split(message);
            var arc = fields.Where(field => field.StartsWith("ARC-", StringComparison.Ordinal)).ToArray();
            return string.Concat(arc.Reverse().Concat(fields.Except(arc))) + body;
        });
        yield return Sealed("A7", "a seal of other results", "arc=fail/Seal", message => TestChain.Change(message, ArcFields.AuthenticationResults, 1, field => field.Replace("pass", "fail", StringComparison.Ordinal)));
        yield return Sealed("A7", "another body", "arc=fail/MessageSignature", message => message + "more\r\n");

        yield return Forged("A8", "cv=pass at first", "arc=fail/FirstSealNotNone", TestChain.MessageTags(), TestChain.SealTags(chainValidation: "pass"));
        yield return Forged("A8", "cv=fail at first", "arc=fail/MarkedFailed", TestChain.MessageTags(), TestChain.SealTags(chainValidation: "fail"));
        yield return Forged("A8", "cv=maybe", "arc=fail/ChainValidationValue", TestChain.MessageTags(), TestChain.SealTags(chainValidation: "maybe"));
        yield return Second("A8", "cv=none at second", "arc=fail/LaterSealNotPass", "none");
        yield return Second("A8", "cv=fail at last", "arc=fail/MarkedFailed", "fail");
    }

    private static EmailAuthenticatorOptions Trusting(params string[] domains) =>
        new() { TrustedSealers = new TrustedSealers([.. domains.Select(domain => new TrustedSealer(DomainName.Parse(domain)))]) };

    /// <summary>A message that one.example and two.example have sealed, then changed.</summary>
    private static MailAttack Sealed(string row, string name, string expected, Func<string, string> change, EmailAuthenticatorOptions? options = null) => new(row, name, expected)
    {
        Zone = Sealers,
        Options = options ?? new(),
        Sign = async message => change(await TestChain.SealAsync(await TestChain.SealAsync(message, "one.example"), "two.example")),
    };

    /// <summary>A message with one set of the attacker's own making.</summary>
    private static MailAttack Forged(
        string row, string name, string expected, string messageSignature, string seal, string results = "i=1; one.example; dmarc=pass header.from=legit.example", EmailAuthenticatorOptions? options = null, Func<string, string>? change = null) =>
        new(row, name, expected)
        {
            Zone = Sealers,
            Options = options ?? new(),
            Sign = async message =>
            {
                var forged = await TestChain.ForgeAsync(message, messageSignature, seal, results);
                return change?.Invoke(forged) ?? forged;
            },
        };

    private static MailAttack Second(string row, string name, string expected, string chainValidation) => new(row, name, expected)
    {
        Zone = Sealers,
        Sign = async message => await TestChain.ForgeAsync(
            await TestChain.SealAsync(message, "one.example"), TestChain.MessageTags(instance: 2, domain: "two.example"), TestChain.SealTags(instance: 2, domain: "two.example", chainValidation: chainValidation), "i=2; two.example; none"),
    };

    private static MailAttack Alone(string row, string name, string field, string reason) => new(row, name, $"arc=fail/{reason}") { Sign = message => Task.FromResult(field + message) };

    private static string Without(string message, int instance) =>
        new[] { ArcFields.Seal, ArcFields.MessageSignature, ArcFields.AuthenticationResults }.Aggregate(message, (rest, name) => TestChain.Change(rest, name, instance, _ => ""));

    private static string FieldOf(string message, string name, int instance) => TestChain.Split(message).Fields.Single(field => TestChain.IsField(field, name, instance));

    private static string Replaced(string field, byte[] signature) => field[..(field.LastIndexOf("b=", StringComparison.Ordinal) + 2)] + Convert.ToBase64String(signature) + "\r\n";

    private static string DkimKeyRecord(string domain) => EmailAuth.Dkim.DkimKeyRecord.FromKey(TestMail.Ed25519).ToMasterFile(DomainName.Parse(domain), "s");
}
