using EmailAuth.Arc;
using EmailAuth.Message;

namespace EmailAuth.Tests.Arc;

/// <summary>What the fields of a chain look like before any key is asked for: RFC 8617 §5.2 steps 1 to 3.</summary>
[Rfc(8617, "5.2")]
[Rfc(8617, "4.2.1")]
[Pin("A1")]
public class ArcStructureTests
{
    private static readonly Lazy<Task<string>> Sealed = new(() => TestChain.SealedByAsync("one.example", "two.example", "three.example"));

    private const string Aar = ArcFields.AuthenticationResults;
    private const string Ams = ArcFields.MessageSignature;
    private const string Seal = ArcFields.Seal;

    // Field, instance, the text that is replaced, its replacement, the rule. An empty replacement of "*" takes the field out, "2*" puts it twice.
    [TestCase(Seal, 2, "i=2;", "i=02;", ArcReason.InstanceSyntax)]
    [TestCase(Seal, 2, "i=2;", "i=;", ArcReason.InstanceSyntax)]
    [TestCase(Seal, 2, "i=2;", "", ArcReason.InstanceSyntax)]
    [TestCase(Seal, 2, "i=2;", "i=two;", ArcReason.InstanceSyntax)]
    [TestCase(Seal, 2, "i=2;", "i=+2;", ArcReason.InstanceSyntax)]
    [TestCase(Seal, 2, "i=2;", "i=2 2;", ArcReason.InstanceSyntax)]
    [TestCase(Seal, 2, "i=2;", "I=2;", ArcReason.InstanceSyntax)]
    [TestCase(Seal, 2, "i=2;", "i=0;", ArcReason.InstanceRange)]
    [TestCase(Seal, 2, "i=2;", "i=51;", ArcReason.InstanceRange)]
    [TestCase(Seal, 2, "i=2;", "i=4294967298;", ArcReason.InstanceRange)]
    [TestCase(Seal, 2, "i=2;", "i=18446744073709551618;", ArcReason.InstanceRange)]
    [TestCase(Ams, 2, "i=2;", "i=002;", ArcReason.InstanceSyntax)]
    [TestCase(Ams, 2, "i=2;", "i=99;", ArcReason.InstanceRange)]
    [TestCase(Aar, 2, "i=2;", "i=02;", ArcReason.InstanceSyntax)]
    [TestCase(Aar, 2, "i=2;", "", ArcReason.InstanceSyntax)]
    [TestCase(Aar, 2, "i=2;", "I=2;", ArcReason.InstanceSyntax)]
    [TestCase(Aar, 2, "i=2;", "i=2", ArcReason.InstanceSyntax)]
    [TestCase(Aar, 2, "i=2;", "i=2, ;", ArcReason.InstanceSyntax)]
    [TestCase(Aar, 2, "i=2;", "i=(2;", ArcReason.InstanceSyntax)]
    [TestCase(Aar, 2, "i=2;", "i=0;", ArcReason.InstanceRange)]
    [TestCase(Aar, 2, "i=2;", "i=1;", ArcReason.DuplicateField)]
    [TestCase(Ams, 3, "i=3;", "i=2;", ArcReason.DuplicateField)]
    [TestCase(Seal, 3, "i=3;", "i=2;", ArcReason.DuplicateField)]
    [TestCase(Seal, 2, "i=2;", "i=3;", ArcReason.MissingSeal)]
    [TestCase(Aar, 2, "2*", "", ArcReason.DuplicateField)]
    [TestCase(Ams, 1, "2*", "", ArcReason.DuplicateField)]
    [TestCase(Seal, 3, "2*", "", ArcReason.DuplicateField)]
    [TestCase(Aar, 1, "*", "", ArcReason.MissingAuthenticationResults)]
    [TestCase(Ams, 2, "*", "", ArcReason.MissingMessageSignature)]
    [TestCase(Seal, 2, "*", "", ArcReason.MissingSeal)]
    [TestCase(Seal, 3, "*", "", ArcReason.MissingSeal)]
    [TestCase(Seal, 3, "cv=pass;", "", ArcReason.ChainValidationValue)]
    [TestCase(Seal, 2, "cv=pass;", "cv=;", ArcReason.ChainValidationValue)]
    [TestCase(Seal, 2, "cv=pass;", "cv=passed;", ArcReason.ChainValidationValue)]
    [TestCase(Seal, 1, "cv=none;", "cv=pass;", ArcReason.FirstSealNotNone)]
    [TestCase(Seal, 2, "cv=pass;", "cv=none;", ArcReason.LaterSealNotPass)]
    [TestCase(Seal, 3, "cv=pass;", "cv=none;", ArcReason.LaterSealNotPass)]
    [TestCase(Seal, 3, "cv=pass;", "cv=fail;", ArcReason.MarkedFailed)]
    [TestCase(Seal, 2, "cv=pass;", "cv=fail;", ArcReason.OlderSealMarkedFailed)]
    [TestCase(Seal, 1, "cv=none;", "cv=fail;", ArcReason.OlderSealMarkedFailed)]
    [Attack("A1")]
    [Attack("A4")]
    [Attack("A8")]
    public async Task A_broken_structure_fails_for_one_reason_and_asks_no_key(string name, int instance, string text, string replacement, ArcReason reason)
    {
        var message = TestChain.Change(await Sealed.Value, name, instance, field => text switch
        {
            "*" => "",
            "2*" => field + field,
            _ => field.Replace(text, replacement, StringComparison.Ordinal),
        });
        var resolver = TestChain.Zone();
        resolver.LogQueries = true;

        var result = await TestChain.ValidateAsync(message, resolver);

        Assert.That((result.Status, result.Reason), Is.EqualTo((ArcStatus.Fail, reason)), result.ReasonText);
        Assert.That(resolver.Queries, Is.Empty);
        Assert.That(result.Sets.Select(set => set.AuthenticationResults), Is.All.Null, "claims of a chain that failed");
        Assert.That(result.OldestPass, Is.Null);
    }

    [Test]
    public async Task A_gap_fails()
    {
        var (fields, rest) = TestChain.Split(await Sealed.Value);
        fields.RemoveAll(field => field.StartsWith("ARC-", StringComparison.Ordinal) && field.Contains("i=2;", StringComparison.Ordinal));
        var result = await TestChain.ValidateAsync(string.Concat(fields) + rest);
        Assert.That((result.Status, result.Reason, result.Instance), Is.EqualTo((ArcStatus.Fail, ArcReason.InstanceGap, 3)));
        Assert.That(result.Sets.Select(set => set.Instance), Is.EqualTo((int[])[1, 3]));
    }

    [Test]
    public async Task A_message_without_ARC_fields_has_no_chain()
    {
        var resolver = TestChain.Zone();
        resolver.LogQueries = true;
        var result = await TestChain.ValidateAsync(Dkim.TestMail.Plain, resolver);
        Assert.That((result.Status, result.Reason, result.Instance, result.Sets.Length), Is.EqualTo((ArcStatus.None, ArcReason.NoChain, 0, 0)));
        Assert.That(resolver.Queries, Is.Empty);
    }

    [Test]
    [Rfc(8617, "3.9")]
    public async Task Comments_and_white_space_may_stand_around_the_instance_and_the_chain_status()
    {
        var message = await TestChain.ForgeAsync(
            Dkim.TestMail.Plain,
            TestChain.MessageTags().Replace("i=1;", "i = (first) 1 (of many) ;", StringComparison.Ordinal),
            TestChain.SealTags().Replace("cv=none", "cv = (new) None", StringComparison.Ordinal),
            " (so) i (nstance) = (is)\r\n 1 (one) ; one.example; none");
        var result = await TestChain.ValidateAsync(message);
        Assert.That(result.Status, Is.EqualTo(ArcStatus.Pass), result.ReasonText);
        Assert.That(result.Sets[0].AuthenticationResults!.AuthservId, Is.EqualTo("one.example"));
    }

    [Test]
    [Attack("A7")]
    public async Task The_order_of_the_fields_in_the_message_does_not_matter([Values(1, 2, 3)] int seed)
    {
        var (fields, rest) = TestChain.Split(await Sealed.Value);
        var shuffled = fields.ToArray();
        new Random(seed).Shuffle(shuffled);
        var result = await TestChain.ValidateAsync(string.Concat(shuffled) + rest);
        Assert.That(result.Status, Is.EqualTo(ArcStatus.Pass), result.ReasonText);
    }

    [Test]
    public async Task The_operators_limit_of_sets_fails_before_any_key_is_asked_for()
    {
        var resolver = TestChain.Zone();
        resolver.LogQueries = true;
        var options = TestChain.Options with { Limits = new ArcLimits { MaxSets = 2 } };
        var result = await TestChain.ValidateAsync(await Sealed.Value, resolver, options);
        Assert.That((result.Status, result.Reason), Is.EqualTo((ArcStatus.Fail, ArcReason.TooManySets)));
        Assert.That(resolver.Queries, Is.Empty);
        Assert.That(result.CanBeSealed);
    }

    [TestCase(150, 1)]
    [TestCase(151, 0)]
    public void Fields_are_counted_before_one_is_read(int count, int newest)
    {
        var header = HeaderBlock.Parse(System.Text.Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("ARC-Seal: i=1; cv=none\r\n", count))), MessageLimits.Default);
        Assert.That(ArcChain.Read(header, TestChain.Options).Instance, Is.EqualTo(newest));
    }

    [Test]
    public async Task A_header_block_over_the_limit_fails()
    {
        var options = TestChain.Options with { MessageLimits = new MessageLimits { MaxHeaderFields = 3 } };
        var result = await TestChain.ValidateAsync(await Sealed.Value, options: options);
        Assert.That((result.Status, result.Reason, result.CanBeSealed), Is.EqualTo((ArcStatus.Fail, ArcReason.HeaderNotRead, false)));
    }

    [Test]
    [Pin("D13")]
    public async Task A_bare_line_end_in_the_header_fails_unless_it_is_accepted([Values] bool accepts)
    {
        var message = await TestChain.SealedByAsync("one.example");
        message = "X-Odd: a\nb\r\n" + message;
        var result = await TestChain.ValidateAsync(message, options: TestChain.Options with { AcceptBareLineEnds = accepts });
        Assert.That(result.Reason, Is.EqualTo(accepts ? ArcReason.Verified : ArcReason.BareLineEnd));
    }

    // Nothing of this may bring the validator down; all of it is a chain that fails.
    [TestCase("ARC-Seal: i=1; cv\r\n")]
    [TestCase("ARC-Seal: x\r\n")]
    [TestCase("ARC-Seal:\r\n")]
    [TestCase("ARC-Seal: ;;;;\r\n")]
    [TestCase("ARC-Seal: i=1; a=; b=; cv=; d=; s=\r\n")]
    [TestCase("ARC-Message-Signature: i=1; a=rsa-sha256; h=::::; b=\0\r\n")]
    [TestCase("ARC-Authentication-Results: i=1; (((((((((((((((((((((((((\r\n")]
    [TestCase("ARC-Authentication-Results:\r\n")]
    [TestCase("ARC-Authentication-Results: i=1\r\nARC-Seal: i=1\r\nARC-Message-Signature: i=1\r\n")]
    [TestCase("ARC-Authentication-Results: i=2; x; arc=pass; dmarc=pass header.from=example.com\r\n")]
    [Attack("A2")]
    [Attack("A4")]
    public async Task Rubbish_is_a_chain_that_fails(string fields)
    {
        var result = await TestChain.ValidateAsync(fields + Dkim.TestMail.Plain);
        Assert.That(result.Status, Is.EqualTo(ArcStatus.Fail));
        Assert.That(result.ReasonText, Does.Match("^[ -~…]+$"));
        Assert.That(result.IsTransient, Is.False);
        Assert.That(result.ToString(), Is.Not.Empty);
        Assert.That(result.Sets.Select(set => set.ToString()), Is.All.Not.Empty);
    }

    [Test]
    [Attack("A2")]
    public async Task A_seal_with_a_long_signature_is_only_a_seal_that_fails([Values(384, 512, 1024, 1025, 12_000)] int octets)
    {
        var message = TestChain.Change(await TestChain.SealedByAsync("one.example"), Seal, 1, field =>
            $"ARC-Seal: i=1; a=rsa-sha256; cv=none; d=one.example; s=s; b={Convert.ToBase64String(new byte[octets])}\r\n");
        var result = await TestChain.ValidateAsync(message);
        Assert.That((result.Status, result.Reason), Is.EqualTo((ArcStatus.Fail, ArcReason.Seal)));
        Assert.That(result.Sets[0].SealResult.Reason,
            Is.EqualTo(octets > 1024 ? ArcSignatureReason.SignatureValue : ArcSignatureReason.KeyType));
    }

    [Test]
    public async Task Any_change_of_octets_is_answered_without_an_exception()
    {
        var message = await Sealed.Value;
        var header = message.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var random = new Random(8617);
        const string octets = "=;:\r\n (),.i0129abhcvdslt\0\xFF\"\\";
        var resolver = TestChain.Zone();
        var claims = ClaimsOf(await TestChain.ValidateAsync(message, resolver));
        Assert.That(claims, Has.Count.EqualTo(3));
        for (var round = 0; round < 1500; round++)
        {
            var mutated = new System.Text.StringBuilder(message);
            for (var changes = random.Next(1, 6); changes > 0; changes--)
            {
                var at = random.Next(header);
                switch (random.Next(3))
                {
                    case 0: mutated[at] = octets[random.Next(octets.Length)]; break;
                    case 1: mutated.Insert(at, octets[random.Next(octets.Length)]); break;
                    default: mutated.Remove(at, 1); break;
                }
            }
            var result = await TestChain.ValidateAsync(mutated.ToString(), resolver);
            Assert.That(result.Status == ArcStatus.Pass, Is.EqualTo(result.Reason == ArcReason.Verified));
            // A change of white space or of a field that nobody signs is none that counts; the claims are never others than those that were sealed.
            Assert.That(ClaimsOf(result), result.Status == ArcStatus.Pass ? Is.EqualTo(claims) : Is.All.Null, () => $"round {round}");
        }
    }

    private static List<string?> ClaimsOf(ArcResult result) => [.. result.Sets.Select(set => set.AuthenticationResults?.ToString())];
}
