using System.Collections.Immutable;
using System.Text;
using EmailAuth.Arc;
using EmailAuth.AuthResults;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Tests.Dkim;
using EmailAuth.Tests.Message;

namespace EmailAuth.Tests.Arc;

[Rfc(8617, "5.1")]
public class ArcSealerTests
{
    private static ArcSealerOptions Options => new() { Domain = DomainName.Parse("one.example"), Selector = "s", Key = TestChain.Key, TimeProvider = TestMail.Clock };

    private static async Task<ImmutableArray<HeaderField>> FieldsAsync(string message, ArcSealerOptions? options = null, AuthenticationResults? results = null) =>
        await new ArcSealer(options ?? Options).SealAsync(TestMail.MessageOf(message), results ?? TestChain.Results("mx.one.example"), await TestChain.ValidateAsync(message));

    [Test]
    public async Task A_set_has_its_three_fields_with_the_seal_on_top()
    {
        var fields = await FieldsAsync(TestMail.Plain);
        Assert.That(fields.Select(field => field.Name), Is.EqualTo((string[])["ARC-Seal", "ARC-Message-Signature", "ARC-Authentication-Results"]));
        Assert.That(fields[0].Value, Does.Match("^a=ed25519-sha256; b=[A-Za-z0-9+/= ]+; cv=none; d=one.example; i=1; s=s; t=1780000000$"));
        Assert.That(fields[1].Value, Does.Match("^a=ed25519-sha256; b=[A-Za-z0-9+/= ]+; bh=[A-Za-z0-9+/]{43}=; c=relaxed/relaxed; d=one.example; h=[A-Za-z: -]+; i=1; s=s; t=1780000000$"));
        Assert.That(fields[2].Value, Is.EqualTo("i=1; mx.one.example; dmarc=pass header.from=example.com; spf=pass smtp.mailfrom=ann@example.com"));
        foreach (var field in fields)
            Assert.That(Encoding.Latin1.GetString(field.RawOctets.Span).Split("\r\n").Select(line => line.Length), Is.All.LessThanOrEqualTo(78));
    }

    [Test]
    [Rfc(8617, "4.1.2")]
    public async Task A_message_signature_covers_DKIM_signatures_and_none_of_the_fields_that_it_must_not()
    {
        var message = "Authentication-Results: other.example; none\r\nDKIM-Signature: v=1\r\nDKIM-Signature: v=1\r\n" + await TestChain.SealedByAsync("two.example");
        var sealedMessage = TestChain.Prepend(await FieldsAsync(message), message);
        var result = await TestChain.ValidateAsync(sealedMessage);
        Assert.That(result.Status, Is.EqualTo(ArcStatus.Pass), result.ReasonText);
        var names = result.Sets[1].MessageSignatureResult.SignedFields;
        Assert.That(names.Count(name => name == "DKIM-Signature"), Is.EqualTo(2));
        Assert.That(names.Count(name => name == "From"), Is.EqualTo(2));
        Assert.That(names.Where(name => name.StartsWith("ARC-", StringComparison.Ordinal) || name == "Authentication-Results"), Is.Empty);
        foreach (var name in (string[])["ARC-Seal", "arc-message-signature", "ARC-Authentication-Results", "authentication-results", "no name", "", "a:b"])
        {
            Assert.That(() => new ArcSealer(Options with { SignedFields = [name] }), Throws.ArgumentException);
            Assert.That(() => new ArcSealer(Options with { OversignedFields = [name] }), Throws.ArgumentException);
        }
    }

    [Test]
    public async Task Only_typed_results_are_sealed_never_the_text_of_a_field()
    {
        var message = "Authentication-Results: mx.one.example; dmarc=pass header.from=bank.example\r\n" + TestMail.Plain;
        var fields = await FieldsAsync(message, results: TestChain.Results("mx.one.example", dmarc: "fail"));
        Assert.That(fields[2].Value, Does.Contain("dmarc=fail").And.Not.Contain("bank"));
    }

    [Test]
    [Attack("A5")]
    [Pin("H1")]
    public async Task Values_from_outside_add_no_line_no_result_and_no_tag()
    {
        var results = new AuthenticationResults("mx.one.example",
            [new MethodResult("spf", "fail") { Reason = "x\r\nX: y; dmarc=pass", Properties = [new("smtp", "mailfrom", "a; i=2; dmarc=pass header.from=bank.example")] }]);
        var fields = await FieldsAsync(TestMail.Plain, results: results);
        var result = await TestChain.ValidateAsync(TestChain.Prepend(fields, TestMail.Plain));
        Assert.That(result.Status, Is.EqualTo(ArcStatus.Pass), result.ReasonText);
        Assert.That(result.Sets[0].AuthenticationResults!.Results.Select(method => method.Method), Is.EqualTo((string[])["spf"]));
        Assert.That(result.Sets[0].AuthenticationResults!.Results[0].Find("smtp", "mailfrom"), Is.EqualTo("a; i=2; dmarc=pass header.from=bank.example"));
    }

    [Test]
    public async Task The_operator_may_name_the_service()
    {
        var fields = await FieldsAsync(TestMail.Plain, Options with { AuthservId = "lists.one.example" });
        Assert.That(fields[2].Value, Does.StartWith("i=1; lists.one.example; dmarc=pass"));
        Assert.That(() => new ArcSealer(Options with { AuthservId = "a\nb" }), Throws.ArgumentException);
    }

    [Test]
    [Pin("A4")]
    [Rfc(8617, "5.1.2")]
    public async Task After_a_failed_chain_one_set_says_so_and_covers_only_itself()
    {
        var broken = (await TestChain.SealedByAsync("one.example", "two.example")).Replace("Dinner", "Supper", StringComparison.Ordinal);
        var chain = await TestChain.ValidateAsync(broken);
        Assert.That((chain.Status, chain.CanBeSealed, chain.IsMarkedFailed), Is.EqualTo((ArcStatus.Fail, true, false)));

        var fields = await TestChain.Sealer("three.example").SealAsync(TestMail.MessageOf(broken), TestChain.Results("three.example"), chain);
        var marked = TestChain.Prepend(fields, broken);
        Assert.That(fields[0].Value, Does.Contain("cv=fail;").And.Contain("i=3;"));

        // It covers its own set alone: over that set the signature holds.
        Assert.That(await VerifiesAlone(fields), Is.True);

        var result = await TestChain.ValidateAsync(marked);
        Assert.That((result.Status, result.Reason, result.IsMarkedFailed, result.CanBeSealed), Is.EqualTo((ArcStatus.Fail, ArcReason.MarkedFailed, true, false)));
        // Never again after that.
        Assert.That(await TestChain.Sealer("four.example").SealAsync(TestMail.MessageOf(marked), TestChain.Results("four.example"), result), Is.Empty);
    }

    [Test]
    [Pin("A4")]
    [Rfc(8617, "5.1.2")]
    public async Task A_malformed_chain_is_marked_all_the_same()
    {
        foreach (var (rubbish, instance) in new[] { ("ARC-Seal: x\r\n", 1), ("ARC-Seal: i=7; cv=pass\r\nARC-Seal: i=7; cv=pass\r\n", 8), ("ARC-Seal: i=49; cv=pass\r\n", 50) })
        {
            var fields = await FieldsAsync(rubbish + TestMail.Plain);
            Assert.That(fields[0].Value, Does.Contain($"cv=fail; d=one.example; i={instance};"));
            Assert.That(await VerifiesAlone(fields), Is.True);
        }
        Assert.That(await FieldsAsync("ARC-Seal: i=50; cv=pass\r\n" + TestMail.Plain), Is.Empty, "no instance is left");
    }

    private static async Task<bool> VerifiesAlone(ImmutableArray<HeaderField> fields)
    {
        var hasher = new HeaderHasher(CanonicalizationAlgorithm.Relaxed);
        foreach (var field in (HeaderField[])[fields[2], fields[1]])
            hasher.AddField(field.RawOctets.Span, field.Name.Length, field.Name.Length);
        var header = HeaderBlock.Parse(fields[0].RawOctets, MessageLimits.Default);
        var seal = ArcSignature.Read(SignatureKind.Seal, fields[0].RawValue, 0, TestChain.Options);
        hasher.AddSignatureField(header, 0, seal.Tags!);
        var digest = new byte[SignatureAlgorithms.DigestLength];
        hasher.GetDigest(digest);
        hasher.Dispose();
        var query = await KeyQuery.StartAsync(TestChain.Zone(), seal.Tags!.KeyName, default);
        return query.Keys[0].Key!.Verify(digest, seal.Tags.SignatureOctets);
    }

    [Test]
    [Rfc(8617, "5.2.1")]
    public async Task A_chain_that_failed_for_a_moment_is_marked_as_failed_for_good()
    {
        var message = await TestChain.SealedByAsync("two.example");
        var chain = await TestChain.ValidateAsync(message, TestChain.Zone().WithFault("s._domainkey.two.example", DnsRecordType.TXT, DnsStatus.Timeout));
        Assert.That(chain.IsTransient);
        var fields = await new ArcSealer(Options).SealAsync(TestMail.MessageOf(message), TestChain.Results("x"), chain);
        Assert.That(fields[0].Value, Does.Contain("cv=fail;"));
    }

    [Test]
    public async Task One_validation_allows_one_set()
    {
        var chain = await TestChain.ValidateAsync(TestMail.Plain);
        var once = TestChain.Prepend(await new ArcSealer(Options).SealAsync(TestMail.MessageOf(TestMail.Plain), TestChain.Results("x"), chain), TestMail.Plain);
        var twice = async () => await new ArcSealer(Options).SealAsync(TestMail.MessageOf(once), TestChain.Results("x"), chain);
        Assert.That(twice, Throws.TypeOf<ArcSealingException>().With.Property("Refusal").EqualTo(ArcSealingRefusal.ChainNotValidated));

        // Nor is the result of one message good for another.
        var other = await TestChain.SealAsync(TestMail.Plain, "two.example");
        var otherChain = await TestChain.ValidateAsync(other);
        var mixed = async () => await new ArcSealer(Options).SealAsync(TestMail.MessageOf(once), TestChain.Results("x"), otherChain);
        Assert.That(mixed, Throws.TypeOf<ArcSealingException>().With.Property("Refusal").EqualTo(ArcSealingRefusal.ChainNotValidated));

        // A set that lost a field to another since it was validated.
        var (fields, body) = TestChain.Split(other);
        var swapped = string.Concat(fields.Select(field => TestChain.IsField(field, ArcFields.AuthenticationResults, 1) ? "ARC-Message-Signature: i=1; a=x\r\n" : field)) + body;
        var changed = async () => await new ArcSealer(Options).SealAsync(TestMail.MessageOf(swapped), TestChain.Results("x"), otherChain);
        Assert.That(changed, Throws.TypeOf<ArcSealingException>().With.Property("Refusal").EqualTo(ArcSealingRefusal.ChainNotValidated));
    }

    [Test]
    public async Task What_cannot_be_sealed_is_refused_with_its_reason()
    {
        await AssertRefused("X: a\nb\r\n" + TestMail.Plain, Options, ArcSealingRefusal.BareLineEnd);
        await AssertRefused(TestMail.Plain, Options with { MessageLimits = new MessageLimits { MaxHeaderFields = 2 } }, ArcSealingRefusal.HeaderNotRead);
        await AssertRefused(string.Concat(Enumerable.Repeat("List-Id: x\r\n", 300)) + TestMail.Plain, Options, ArcSealingRefusal.TooLong);
        await AssertRefused(TestMail.Plain, Options with { Key = new OddKey() }, ArcSealingRefusal.KeyService);
    }

    private static async Task AssertRefused(string message, ArcSealerOptions options, ArcSealingRefusal refusal)
    {
        var chain = await TestChain.ValidateAsync(message);
        var sealing = async () => await new ArcSealer(options).SealAsync(TestMail.MessageOf(message), TestChain.Results("x"), chain);
        Assert.That(sealing, Throws.TypeOf<ArcSealingException>().With.Property("Refusal").EqualTo(refusal));
    }

    private sealed class OddKey : ISigningKey
    {
        public SignatureAlgorithm Algorithm => SignatureAlgorithm.RsaSha256;

        public int KeyBits => 2048;

        public ValueTask<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> digest, CancellationToken cancellationToken = default) => new(new byte[12]);
    }

    [Test]
    [Pin("D15")]
    public void A_key_or_name_that_nobody_should_sign_with_is_refused_at_once()
    {
        Assert.That(() => new ArcSealer(Options with { Domain = DomainName.Parse("example") }), Throws.ArgumentException);
        Assert.That(() => new ArcSealer(Options with { Selector = "a b" }), Throws.ArgumentException);
        Assert.That(() => new ArcSealer(null!), Throws.ArgumentNullException);
    }

    [Test]
    public async Task Every_key_seals_what_validates_here([Values] bool isRsa, [Values] bool hasLongNames)
    {
        var key = isRsa ? TestMail.Rsa : TestMail.Ed25519;
        var label = hasLongNames ? new string('a', 60) : "a";
        var domain = $"{label}.{label}.example";
        var selector = hasLongNames ? new string('s', 50) : "s";
        var options = Options with { Key = key, Domain = DomainName.Parse(domain), Selector = selector };
        var zone = TestMail.ZoneWith($"{selector}._domainkey.{domain}", isRsa ? TestMail.RsaRecord : TestMail.Ed25519Record);
        var message = TestMail.Plain;
        for (var instance = 1; instance <= 3; instance++)
        {
            var chain = await TestChain.ValidateAsync(message, zone);
            message = TestChain.Prepend(await new ArcSealer(options).SealAsync(TestMail.MessageOf(message), TestChain.Results(domain), chain), message);
        }
        var result = await TestChain.ValidateAsync(message, zone);
        Assert.That((result.Status, result.Instance, result.OldestPass), Is.EqualTo((ArcStatus.Pass, 3, (int?)0)), result.ReasonText);
    }

    private static EmailMessage Long(long length) => EmailMessage.FromStream(new RepeatedStream(
        Encoding.Latin1.GetBytes(TestMail.Header + "\r\n"),
        Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat("A line of text  of the usual length, with some white \t space. \r\n", 1000))),
        length));

    [Test]
    [NonParallelizable]
    public async Task Sealing_a_hundred_megabytes_takes_no_memory_for_them()
    {
        var chain = await TestChain.ValidateAsync(TestMail.Plain);
        var sealer = new ArcSealer(Options);
        await sealer.SealAsync(Long(100_000), TestChain.Results("x"), chain);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var fields = await sealer.SealAsync(Long(100_000_000), TestChain.Results("x"), chain);
        Assert.That(GC.GetTotalAllocatedBytes(precise: true) - before, Is.LessThan(2 << 20), "allocated in all, garbage included");
        Assert.That(fields, Has.Length.EqualTo(3));
    }
}
