using System.Text;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using static EmailAuth.Tests.Dkim.TestMail;

namespace EmailAuth.Tests.Dkim;

/// <summary>The rows D1 to D27 of the behaviour table.</summary>
public class DkimBehaviourTests
{
    private const string Value = "v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=rsa; h=from:subject; bh=?; b=";

    private const string KeyName = "rsa._domainkey.example.com";

    /// <summary>Whatever a signature says, signed so that it would verify if it were allowed to.</summary>
    private static async Task<DkimResult> JudgeAsync(string value, IDnsResolver? zone = null, string message = Plain, DkimVerifierOptions? options = null) =>
        await VerifyAsync(await SignValueAsync(message, value), zone, options);

    private static async Task<DkimResult> JudgeKeyAsync(string value, params string[] records) => await JudgeAsync(value, ZoneWith(KeyName, records));

    [Test]
    public async Task The_base_of_these_tests_passes() =>
        Assert.That((await JudgeAsync(Value)).Status, Is.EqualTo(DkimStatus.Pass));

    // Value, status, reason. Each differs from a good one in one point.
    [TestCase("v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; d=example.com; s=rsa; h=from; bh=?; b=", DkimReason.DuplicateTag)]
    [TestCase("v=1; v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=rsa; h=from; bh=?; b=", DkimReason.DuplicateTag)]
    [TestCase("v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=rsa; h=from; foo=1; foo=2; bh=?; b=", DkimReason.DuplicateTag)]
    [Pin("D1")]
    public async Task A_tag_twice_is_permerror(string value, DkimReason reason) => await AssertPermErrorAsync(value, reason);

    [TestCase("v=DKIM1; p=; p={0}")]
    [TestCase("v=DKIM1; p={0}; p={0}")]
    [TestCase("v=DKIM1; k=rsa; k=rsa; p={0}")]
    [TestCase("v=DKIM1; v=DKIM1; p={0}")]
    [TestCase("v=DKIM1; p={0}; x=1; x=1")]
    [Pin("D1")]
    public async Task A_tag_twice_in_the_key_record_is_permerror(string record)
    {
        var result = await JudgeKeyAsync(Value, record.Replace("{0}", PublicKeyOf(Rsa), StringComparison.Ordinal));
        Assert.That((result.Status, result.Reason), Is.EqualTo((DkimStatus.PermError, DkimReason.KeyDuplicateTag)));
    }

    [TestCase("v=1; a=rsa-sha256; d=example.com; s=rsa; h=subject:to; bh=?; b=", DkimReason.FromNotSigned)]
    [TestCase("v=1; a=rsa-sha256; d=example.com; s=rsa; h=x-from:resent-from; bh=?; b=", DkimReason.FromNotSigned)]
    [Pin("D2")]
    [Attack("K3")]
    public async Task A_signature_that_does_not_cover_From_is_permerror(string value, DkimReason reason) => await AssertPermErrorAsync(value, reason);

    [TestCase("@example.com", DkimReason.Verified)]
    [TestCase("ann@example.com", DkimReason.Verified)]
    [TestCase("ann@SUB.Example.COM", DkimReason.Verified)]
    [TestCase("\"a@b\"@sub.example.com", DkimReason.Verified)]
    [TestCase("a=3Bb@sub.example.com", DkimReason.Verified)]
    [TestCase("ceo@bank.example", DkimReason.IdentityOutsideDomain)]
    [TestCase("@notexample.com", DkimReason.IdentityOutsideDomain)]
    [TestCase("@com", DkimReason.IdentityOutsideDomain)]
    [TestCase("@example.com.evil.example", DkimReason.IdentityOutsideDomain)]
    [TestCase("example.com", DkimReason.Identity)]
    [TestCase("", DkimReason.Identity)]
    [TestCase("@", DkimReason.Identity)]
    [TestCase("a@b c.example.com", DkimReason.Verified, Description = "FWS is removed before decoding")]
    [TestCase("a@b=20c.example.com", DkimReason.Identity)]
    [TestCase("a=0D=0AX: y@example.com", DkimReason.Identity)]
    [TestCase("a=4@example.com", DkimReason.Identity)]
    [TestCase("x@victim.example@example.com", DkimReason.Identity, Description = "a second at sign outside quotes")]
    [TestCase("=22x@victim.example=22@example.com", DkimReason.Verified)]
    [Pin("D3")]
    [Attack("K14")]
    public async Task The_identity_is_at_or_below_the_domain_by_labels(string identity, DkimReason reason)
    {
        var result = await JudgeAsync(Value.Replace("h=from", $"i={identity}; h=from", StringComparison.Ordinal));
        Assert.That(result.Reason, Is.EqualTo(reason), result.ReasonText);
        Assert.That(result.Status, Is.EqualTo(reason == DkimReason.Verified ? DkimStatus.Pass : DkimStatus.PermError));
    }

    [Attack("K12")]
    [TestCase(320, DkimReason.Verified)]
    [TestCase(321, DkimReason.Identity)]
    public async Task An_identity_has_at_most_320_octets(int octets, DkimReason reason)
    {
        var identity = "@example.com".PadLeft(octets, 'a');
        Assert.That((await JudgeAsync(Value.Replace("h=from", $"i={identity}; h=from", StringComparison.Ordinal))).Reason, Is.EqualTo(reason));
    }

    [TestCase("", DkimReason.Verified)]
    [TestCase("i=@example.com; ", DkimReason.Verified)]
    [TestCase("i=ann@EXAMPLE.com; ", DkimReason.Verified)]
    [TestCase("i=@sub.example.com; ", DkimReason.KeyStrictIdentity)]
    [Pin("D4")]
    [Attack("K17")]
    public async Task A_strict_key_wants_the_domain_itself(string identity, DkimReason reason)
    {
        foreach (var flags in new[] { "s", "foo : s" })
        {
            var result = await JudgeKeyAsync(Value.Replace("h=from", identity + "h=from", StringComparison.Ordinal), $"v=DKIM1; t={flags}; p={PublicKeyOf(Rsa)}");
            Assert.That(result.Reason, Is.EqualTo(reason));
            Assert.That(result.Status, Is.EqualTo(reason == DkimReason.Verified ? DkimStatus.Pass : DkimStatus.PermError));
        }
    }

    [Test]
    [Pin("D5")]
    public async Task A_testing_key_turns_what_is_bad_into_neutral_and_keeps_the_reason()
    {
        var zone = ZoneWith(KeyName, $"v=DKIM1; t=y; p={PublicKeyOf(Rsa)}");
        var good = await JudgeAsync(Value, zone);
        Assert.That((good.Status, good.IsTesting), Is.EqualTo((DkimStatus.Pass, true)));

        var signed = await SignValueAsync(Plain, Value);
        var badBody = await VerifyAsync(signed + "more\r\n", zone);
        Assert.That((badBody.Status, badBody.Reason, badBody.IsTesting), Is.EqualTo((DkimStatus.Neutral, DkimReason.BodyHash, true)));
        var badHeader = await VerifyAsync(signed.Replace("Dinner", "Supper", StringComparison.Ordinal), zone);
        Assert.That((badHeader.Status, badHeader.Reason, badHeader.IsTesting), Is.EqualTo((DkimStatus.Neutral, DkimReason.HeaderSignature, true)));
    }

    [Test]
    [Pin("D6")]
    public async Task A_revoked_key_no_key_and_no_answer_are_three_things()
    {
        foreach (var record in new[] { "v=DKIM1; p=", "v=DKIM1; p=; t=y", "p= ; k=rsa" })
        {
            var revoked = await JudgeKeyAsync(Value, record);
            Assert.That((revoked.Status, revoked.Reason), Is.EqualTo((DkimStatus.PermError, DkimReason.KeyRevoked)));
        }
        foreach (var zone in new[] { "", "x.rsa._domainkey.example.com. A 192.0.2.1" })
        {
            var none = await JudgeAsync(Value, ZoneDnsResolver.Parse(zone));
            Assert.That((none.Status, none.Reason), Is.EqualTo((DkimStatus.PermError, DkimReason.NoKey)));
        }
        foreach (var fault in new[] { DnsStatus.ServFail, DnsStatus.Timeout, DnsStatus.Refused, DnsStatus.Malformed })
        {
            var unavailable = await JudgeAsync(Value, Zone().WithFault(KeyName, DnsRecordType.TXT, fault));
            Assert.That((unavailable.Status, unavailable.Reason), Is.EqualTo((DkimStatus.TempError, DkimReason.KeyUnavailable)));
        }
        var thrown = await JudgeAsync(Value, new ThrowingResolver());
        Assert.That((thrown.Status, thrown.Reason), Is.EqualTo((DkimStatus.TempError, DkimReason.KeyUnavailable)));
    }

    [TestCase("s=email; ", DkimReason.Verified)]
    [TestCase("s=*; ", DkimReason.Verified)]
    [TestCase("s=tlsrpt : email; ", DkimReason.Verified)]
    [TestCase("s=tlsrpt; ", DkimReason.KeyService)]
    [TestCase("s=; ", DkimReason.KeyService)]
    [TestCase("h=sha256; ", DkimReason.Verified)]
    [TestCase("h=sha1:sha256; ", DkimReason.Verified)]
    [TestCase("h=sha1; ", DkimReason.KeyHash)]
    [TestCase("h=; ", DkimReason.KeyHash)]
    [TestCase("k=rsa; ", DkimReason.Verified)]
    [TestCase("k=RSA; ", DkimReason.KeyType, Description = "RFC 6376 §3.2: values are case-sensitive")]
    [TestCase("k=ed25519; ", DkimReason.KeyType)]
    [TestCase("k=ecdsa; ", DkimReason.KeyType)]
    [Pin("D7")]
    [Attack("K17")]
    public async Task A_key_must_be_meant_for_such_a_signature(string tags, DkimReason reason)
    {
        var result = await JudgeKeyAsync(Value, $"v=DKIM1; {tags}p={PublicKeyOf(Rsa)}");
        Assert.That(result.Reason, Is.EqualTo(reason), result.ReasonText);
        Assert.That(result.Status, Is.EqualTo(reason == DkimReason.Verified ? DkimStatus.Pass : DkimStatus.PermError));
    }

    [Test]
    [Pin("D8")]
    public async Task Of_several_records_up_to_three_keys_are_tried()
    {
        var good = $"v=DKIM1; p={PublicKeyOf(Rsa)}";
        var others = Enumerable.Range(0, 3).Select(_ => DkimKeyRecord.FromKey(SigningKey.GenerateEd25519()).ToString()).ToArray();

        var beside = await JudgeKeyAsync(Value, "v=spf1 -all", "nonsense", good);
        Assert.That((beside.Status, beside.HasMultipleKeys), Is.EqualTo((DkimStatus.Pass, false)));
        var third = await JudgeKeyAsync(Value, others[0], others[1], good);
        Assert.That((third.Status, third.HasMultipleKeys), Is.EqualTo((DkimStatus.Pass, true)));
        var fourth = await JudgeKeyAsync(Value, others[0], others[1], others[2], good);
        Assert.That((fourth.Status, fourth.HasMultipleKeys), Is.EqualTo((DkimStatus.PermError, true)));
        var revokedBeside = await JudgeKeyAsync(Value, "v=DKIM1; p=", good);
        Assert.That(revokedBeside.Status, Is.EqualTo(DkimStatus.Pass));
        var none = await JudgeKeyAsync(Value, "v=spf1 -all", "nonsense");
        Assert.That((none.Status, none.Reason), Is.EqualTo((DkimStatus.PermError, DkimReason.KeyVersion)));
        var nine = await JudgeKeyAsync(Value, [good, .. Enumerable.Range(0, 8).Select(i => $"text {i}")]);
        Assert.That((nine.Status, nine.Reason), Is.EqualTo((DkimStatus.PermError, DkimReason.TooManyKeyRecords)));
    }

    [Test]
    [Pin("D9")]
    public async Task Unknown_tags_are_ignored()
    {
        Assert.That((await JudgeAsync(Value.Replace("h=from", "foo=b a\tr; r=y; _=; h=from", StringComparison.Ordinal))).Reason, Is.EqualTo(DkimReason.SignatureSyntax), "a name begins with a letter");
        Assert.That((await JudgeAsync(Value.Replace("h=from", "foo=b a\tr; r=y; x_1=; h=from", StringComparison.Ordinal))).Status, Is.EqualTo(DkimStatus.Pass));
        Assert.That((await JudgeKeyAsync(Value, $"v=DKIM1; foo=bar; n=a note; p={PublicKeyOf(Rsa)}")).Status, Is.EqualTo(DkimStatus.Pass));
    }

    [TestCase("x=1779999700", DkimStatus.Pass, DkimReason.Verified)]
    [TestCase("x=1779999699", DkimStatus.PermError, DkimReason.Expired)]
    [TestCase("x=0", DkimStatus.PermError, DkimReason.Expired)]
    [TestCase("t=1780000300", DkimStatus.Pass, DkimReason.Verified)]
    [TestCase("t=1780000301", DkimStatus.Neutral, DkimReason.FutureTimestamp)]
    [TestCase("t=1780000000; x=1780000001", DkimStatus.Pass, DkimReason.Verified)]
    [TestCase("t=1780000000; x=1780000000", DkimStatus.PermError, DkimReason.ExpirationBeforeTimestamp)]
    [TestCase("t=1780000000; x=1779999999", DkimStatus.PermError, DkimReason.ExpirationBeforeTimestamp)]
    [TestCase("t=253402300800", DkimStatus.Neutral, DkimReason.FutureTimestamp)]
    [TestCase("x=253402300800", DkimStatus.Pass, DkimReason.Verified)]
    [TestCase("x=99999999999999999999", DkimStatus.Pass, DkimReason.Verified)]
    [TestCase("t=99999999999999999999999", DkimStatus.Neutral, DkimReason.FutureTimestamp)]
    [TestCase("t=00001", DkimStatus.Pass, DkimReason.Verified)]
    [Pin("D10")]
    [Pin("D11")]
    [Attack("K24")]
    public async Task Times_are_compared_with_the_time_of_receipt(string tags, DkimStatus status, DkimReason reason)
    {
        var result = await JudgeAsync(Value.Replace("h=from", tags + "; h=from", StringComparison.Ordinal));
        Assert.That((result.Status, result.Reason), Is.EqualTo((status, reason)), result.ReasonText);
        Assert.That(result.ToString(), Is.Not.Empty);
    }

    [Test]
    [Pin("D10")]
    public async Task The_drift_is_an_option()
    {
        var strict = new DkimVerifierOptions { ClockDrift = TimeSpan.Zero };
        Assert.That((await JudgeAsync(Value.Replace("h=from", "x=1779999999; h=from", StringComparison.Ordinal), options: strict)).Reason, Is.EqualTo(DkimReason.Expired));
        Assert.That((await JudgeAsync(Value.Replace("h=from", "t=1780000001; h=from", StringComparison.Ordinal), options: strict)).Reason, Is.EqualTo(DkimReason.FutureTimestamp));
    }

    // "Hi Bob,\r\n\r\nare you hungry yet?\r\n.\r\n" is the relaxed body: 35 octets.
    [TestCase(35, DkimStatus.Pass, DkimReason.Verified, DkimStatus.Pass)]
    [TestCase(34, DkimStatus.Policy, DkimReason.PartialBody, DkimStatus.Pass)]
    [TestCase(10, DkimStatus.Policy, DkimReason.PartialBody, DkimStatus.Pass)]
    [TestCase(0, DkimStatus.Policy, DkimReason.PartialBody, DkimStatus.Pass)]
    [TestCase(36, DkimStatus.PermError, DkimReason.BodyShorterThanSigned, DkimStatus.PermError)]
    [Pin("D12")]
    [Attack("K1")]
    public async Task A_part_of_a_body_does_not_pass_by_default(int length, DkimStatus status, DkimReason reason, DkimStatus whenAccepted)
    {
        var signed = await SignValueAsync(Plain, Value.Replace("h=from", $"l={length}; h=from", StringComparison.Ordinal));
        var result = await VerifyAsync(signed);
        Assert.That((result.Status, result.Reason, result.IsBodyLengthLimited), Is.EqualTo((status, reason, true)), result.ReasonText);
        Assert.That((await VerifyAsync(signed, options: new DkimVerifierOptions { AcceptPartialBody = true })).Status, Is.EqualTo(whenAccepted));
    }

    [Test]
    [Pin("D12")]
    [Attack("K1")]
    public async Task Text_added_behind_the_signed_part_is_a_partial_body_and_a_changed_part_a_failure()
    {
        var signed = await SignValueAsync(Plain, Value.Replace("h=from", "l=10; h=from", StringComparison.Ordinal));
        var added = "Content-Type: text/html\r\n" + signed + "\r\n--b\r\nContent-Type: text/html\r\n\r\nevil";
        Assert.That((await VerifyAsync(added)).Reason, Is.EqualTo(DkimReason.PartialBody));
        Assert.That((await VerifyAsync(signed.Replace("Hi Bob", "Ho Bob", StringComparison.Ordinal))).Reason, Is.EqualTo(DkimReason.BodyHash));
        Assert.That((await VerifyAsync(signed.Replace("Dinner", "Supper", StringComparison.Ordinal))).Reason, Is.EqualTo(DkimReason.HeaderSignature));
    }

    [Test]
    [Pin("D12")]
    public async Task Of_many_lengths_two_are_hashed_and_the_rest_do_not_pass()
    {
        var message = Plain;
        foreach (var length in new[] { 5, 6, 7, 35 })
            message = await SignValueAsync(message, Value.Replace("h=from", $"l={length}; h=from", StringComparison.Ordinal));
        var results = await VerifyAllAsync(message, options: new DkimVerifierOptions { AcceptPartialBody = true });
        Assert.That(results.Select(result => (result.BodyLength, result.Status, result.BodyHashMatches)), Is.EqualTo(new (long?, DkimStatus, bool?)[]
        {
            (35, DkimStatus.Pass, true), (7, DkimStatus.Pass, true), (6, DkimStatus.Policy, null), (5, DkimStatus.Policy, null),
        }));
    }

    [TestCase("X-A: y\nFrom: z@evil.example\r\n")]
    [TestCase("X-A: y\rX-B: z\r\n")]
    [TestCase("X-A: y\r\r\n")]
    [TestCase("\nX-A: y\r\n")]
    [Pin("D13")]
    [Attack("K22")]
    public async Task A_bare_line_end_in_the_header_refuses_a_pass(string field)
    {
        foreach (var c in new[] { "relaxed/relaxed", "simple/simple" })
        {
            var signed = await SignValueAsync(field + Plain, Value.Replace("relaxed/relaxed", c, StringComparison.Ordinal));
            var result = await VerifyAsync(signed);
            Assert.That((result.Status, result.Reason, result.HeaderHashMatches, result.BodyHashMatches), Is.EqualTo((DkimStatus.Policy, DkimReason.BareLineEnd, true, true)));
            Assert.That((await VerifyAsync(signed, options: new DkimVerifierOptions { AcceptBareLineEnds = true })).Status, Is.EqualTo(DkimStatus.Pass));
        }
    }

    [Test]
    [Pin("D13")]
    [Attack("K22")]
    public async Task A_lone_LF_ends_no_field_and_the_body_is_hashed_as_given()
    {
        // The line feed and what follows it are part of the signed field.
        var signed = await SignValueAsync("From: a@example.com\nSubject: x\r\n\r\na\n.\nb\r.\rc\r\n", Value.Replace("from:subject", "from", StringComparison.Ordinal));
        Assert.That((await VerifyAsync(signed)).Reason, Is.EqualTo(DkimReason.BareLineEnd));
        Assert.That((await VerifyAsync(signed.Replace("\nSubject: x", "\nSubject: y", StringComparison.Ordinal))).Reason, Is.EqualTo(DkimReason.HeaderSignature));
        Assert.That((await VerifyAsync(signed.Replace("a\n.\nb", "a\r\n.\r\nb", StringComparison.Ordinal))).Reason, Is.EqualTo(DkimReason.BodyHash));

        var stored = (await SignAsync(Plain)).Replace("\r\n", "\n", StringComparison.Ordinal);
        var results = await new DkimVerifier(Zone(), new DkimVerifierOptions { TimeProvider = Clock }).VerifyAsync(MessageOf(stored).NormalizingLineEndings());
        Assert.That(results.Single().Status, Is.EqualTo(DkimStatus.Pass));
    }

    [TestCase("a=rsa-sha1; ", DkimStatus.Policy, DkimReason.Sha1)]
    [TestCase("a=rsa-sha512; ", DkimStatus.PermError, DkimReason.UnknownAlgorithm)]
    [TestCase("a=RSA-SHA256; ", DkimStatus.PermError, DkimReason.UnknownAlgorithm)]
    [TestCase("a=rsa; ", DkimStatus.PermError, DkimReason.UnknownAlgorithm)]
    [TestCase("a=; ", DkimStatus.PermError, DkimReason.UnknownAlgorithm)]
    [Pin("D15")]
    [Attack("K23")]
    [Rfc(8301, "3.1")]
    public async Task Only_sha256_counts(string algorithm, DkimStatus status, DkimReason reason)
    {
        var zone = Zone();
        zone.LogQueries = true;
        var hash = algorithm.Contains("sha1", StringComparison.Ordinal) ? "bh=" + Convert.ToBase64String(new byte[20]) : "bh=?";
        var result = await JudgeAsync(Value.Replace("a=rsa-sha256; ", algorithm, StringComparison.Ordinal).Replace("bh=?", hash, StringComparison.Ordinal), zone);
        Assert.That((result.Status, result.Reason), Is.EqualTo((status, reason)));
        Assert.That(zone.Queries, Is.Empty);
    }

    [TestCase("v=1; ", "", DkimReason.MissingTag)]
    [TestCase("v=1; ", "v=2; ", DkimReason.Version)]
    [TestCase("v=1; ", "v=01; ", DkimReason.Version)]
    [TestCase("v=1; ", "v=1.0; ", DkimReason.Version)]
    [TestCase("v=1; ", "v=; ", DkimReason.Version)]
    [TestCase("v=1; ", "V=1; ", DkimReason.MissingTag)]
    [TestCase("a=rsa-sha256; ", "", DkimReason.MissingTag)]
    [TestCase("d=example.com; ", "", DkimReason.MissingTag)]
    [TestCase("s=rsa; ", "", DkimReason.MissingTag)]
    [TestCase("h=from:subject; ", "", DkimReason.MissingTag)]
    [TestCase("bh=?; ", "", DkimReason.MissingTag)]
    [Pin("D16")]
    [Rfc(6376, "6.1.1")]
    public async Task Required_tags_are_required(string from, string to, DkimReason reason) =>
        await AssertPermErrorAsync(Value.Replace(from, to, StringComparison.Ordinal), reason);

    [TestCase("q=dns/txt; ", DkimReason.Verified)]
    [TestCase("q=http/x : dns/txt; ", DkimReason.Verified)]
    [TestCase("q=http/x; ", DkimReason.QueryMethod)]
    [TestCase("q=dns; ", DkimReason.QueryMethod)]
    [TestCase("q=; ", DkimReason.QueryMethod)]
    [Pin("D17")]
    public async Task The_key_must_be_in_dns(string tag, DkimReason reason)
    {
        var result = await JudgeAsync(Value.Replace("h=from", tag + "h=from", StringComparison.Ordinal));
        Assert.That(result.Reason, Is.EqualTo(reason));
    }

    [TestCase("", DkimReason.Verified)]
    [TestCase("v=DKIM1; ", DkimReason.Verified)]
    [TestCase("v = DKIM1 ; ", DkimReason.Verified)]
    [TestCase("k=rsa; v=DKIM1; ", DkimReason.KeyVersion)]
    [TestCase("v=dkim1; ", DkimReason.KeyVersion)]
    [TestCase("v=\"DKIM1\"; ", DkimReason.KeyVersion)]
    [TestCase("v=DKIM1.0; ", DkimReason.KeyVersion)]
    [TestCase("v=DKIM2; ", DkimReason.KeyVersion)]
    [TestCase("v=; ", DkimReason.KeyVersion)]
    [Pin("D18")]
    [Attack("K17")]
    public async Task The_version_of_a_key_is_absent_or_first_and_exact(string start, DkimReason reason)
    {
        var result = await JudgeKeyAsync(Value, $"{start}p={PublicKeyOf(Rsa)}");
        Assert.That(result.Reason, Is.EqualTo(reason), result.ReasonText);
        Assert.That(result.Status, Is.EqualTo(reason == DkimReason.Verified ? DkimStatus.Pass : DkimStatus.PermError));
    }

    [Test]
    [Pin("D19")]
    public async Task An_rsa_key_may_be_bare_and_an_ed25519_key_must_be()
    {
        using var rsa = System.Security.Cryptography.RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(Rsa.PublicKeyData.Span, out _);
        Assert.That((await JudgeKeyAsync(Value, $"p={Convert.ToBase64String(rsa.ExportRSAPublicKey())}")).Status, Is.EqualTo(DkimStatus.Pass));

        var value = Value.Replace("rsa-sha256", "ed25519-sha256", StringComparison.Ordinal);
        byte[] wrapped = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00, .. Ed25519.PublicKeyData.Span];
        var message = await SignValueAsync(Plain, value, Ed25519);
        var result = await VerifyAsync(message, ZoneWith(KeyName, $"k=ed25519; p={Convert.ToBase64String(wrapped)}"));
        Assert.That((result.Status, result.Reason), Is.EqualTo((DkimStatus.PermError, DkimReason.KeyData)));
        Assert.That(result.ReasonText, Does.Contain("SubjectPublicKeyInfo"));
        Assert.That((await VerifyAsync(message, ZoneWith(KeyName, $"k=ed25519; p={PublicKeyOf(Ed25519)}"))).Status, Is.EqualTo(DkimStatus.Pass));
    }

    [Test]
    [Pin("D20")]
    [Attack("K2")]
    public async Task A_second_From_that_is_not_signed_is_told()
    {
        var signed = await SignValueAsync(Plain, Value);
        Assert.That((await VerifyAsync(signed)).UnsignedDuplicates, Is.Empty);
        var result = await VerifyAsync("From: <ceo@victim.example>\r\nSUBJECT: x\r\n" + signed);
        Assert.That(result.Status, Is.EqualTo(DkimStatus.Pass));
        Assert.That(result.UnsignedDuplicates, Is.EqualTo(new[] { "From", "Subject" }));
    }

    [TestCase("com", true)]
    [TestCase("co.uk", true)]
    [TestCase("example.com", true)]
    [TestCase("EXAMPLE.Com", true)]
    [TestCase("_x.example.com", true)]
    [TestCase("example.com.", false)]
    [TestCase(".example.com", false)]
    [TestCase("example..com", false)]
    [TestCase("exam ple.com", false)]
    [TestCase("[192.0.2.1]", false)]
    [TestCase("legit.example'a.evil.example", false)]
    [TestCase("legit.example\"a.evil.example", false)]
    [TestCase("legit.example(a.evil.example", false)]
    [TestCase("legit.example\\a.evil.example", false)]
    [TestCase("a/b.example", false)]
    [Pin("D21")]
    [Attack("K13")]
    public async Task The_domain_is_letters_digits_hyphens_and_underscores(string domain, bool passes)
    {
        var zone = ZoneWith($"rsa._domainkey.{(passes ? domain : "example.com")}", RsaRecord);
        zone.LogQueries = true;
        var result = await JudgeAsync(Value.Replace("d=example.com", $"d={domain}", StringComparison.Ordinal), zone);
        Assert.That((result.Status, result.Reason), Is.EqualTo(passes ? (DkimStatus.Pass, DkimReason.Verified) : (DkimStatus.PermError, DkimReason.Domain)));
        Assert.That(zone.Queries.Length, Is.EqualTo(passes ? 1 : 0));
    }

    [TestCase("d=bücher.example", "xn--bcher-kva.example")]
    [TestCase("d=xn--bcher-kva.example", "xn--bcher-kva.example")]
    [Pin("D22")]
    [Rfc(8616, "5")]
    public async Task U_labels_become_A_labels(string tag, string domain)
    {
        var zone = ZoneWith("rsa._domainkey.xn--bcher-kva.example", RsaRecord);
        var result = await JudgeAsync(Value.Replace("d=example.com", tag, StringComparison.Ordinal).Replace("h=from", "i=ünal@é." + tag[2..] + "; h=from", StringComparison.Ordinal), zone);
        Assert.That(result.Status, Is.EqualTo(DkimStatus.Pass), result.ReasonText);
        Assert.That(result.Domain!.ToString(), Is.EqualTo(domain));
        Assert.That(result.Identity, Is.EqualTo("ünal@é." + tag[2..]));
        Assert.That(result.IdentityDomain!.ToString(), Is.EqualTo("xn--9ca." + domain));
    }

    [TestCase("s=r\0sa", DkimReason.SignatureSyntax)]
    [TestCase("s=selector._domainkey.evil.example.\0.any", DkimReason.SignatureSyntax)]
    [TestCase("s=r\u00A0sa", DkimReason.Selector)]
    [TestCase("s=r\u200Bsa", DkimReason.Selector)]
    [TestCase("s=℀", DkimReason.Selector)]
    [TestCase("s=r*sa", DkimReason.Selector)]
    [TestCase("s=", DkimReason.Selector)]
    [TestCase("s=.", DkimReason.Selector)]
    [Pin("D22")]
    [Attack("K12")]
    public async Task Anything_else_in_a_name_is_permerror_without_a_query(string tag, DkimReason reason)
    {
        var zone = Zone();
        zone.LogQueries = true;
        var result = await JudgeAsync(Value.Replace("s=rsa", tag, StringComparison.Ordinal), zone);
        Assert.That((result.Status, result.Reason), Is.EqualTo((DkimStatus.PermError, reason)));
        Assert.That(zone.Queries, Is.Empty);
    }

    [Test]
    [Pin("D22")]
    public async Task A_key_name_that_is_too_long_is_permerror()
    {
        var selector = string.Join('.', Enumerable.Repeat(new string('a', 60), 4));
        Assert.That((await JudgeAsync(Value.Replace("s=rsa", "s=" + selector, StringComparison.Ordinal))).Reason, Is.EqualTo(DkimReason.Selector));
    }

    [Test]
    [Pin("D23")]
    [Rfc(6376, "6.1.3")]
    public async Task Body_and_header_are_both_told()
    {
        var signed = await SignValueAsync(Plain, Value);
        var changedHeader = signed.Replace("Dinner", "Supper", StringComparison.Ordinal);
        async Task<(DkimStatus, DkimReason, bool?, bool?)> Of(string message) =>
            await VerifyAsync(message) is var result ? (result.Status, result.Reason, result.BodyHashMatches, result.HeaderHashMatches) : default;
        Assert.That(await Of(signed), Is.EqualTo((DkimStatus.Pass, DkimReason.Verified, (bool?)true, (bool?)true)));
        Assert.That(await Of(signed + "x"), Is.EqualTo((DkimStatus.Fail, DkimReason.BodyHash, (bool?)false, (bool?)true)));
        Assert.That(await Of(changedHeader), Is.EqualTo((DkimStatus.Fail, DkimReason.HeaderSignature, (bool?)true, (bool?)false)));
        Assert.That(await Of(changedHeader + "x"), Is.EqualTo((DkimStatus.Fail, DkimReason.BodyHash, (bool?)false, (bool?)false)));
    }

    [Test]
    [Pin("D24")]
    [Attack("K9")]
    public async Task Signatures_of_the_author_come_first_under_the_limit()
    {
        var fields = new StringBuilder();
        for (var i = 0; i < 40; i++)
            fields.Append($"DKIM-Signature: v=1; a=rsa-sha256; d=d{i}.example; s=s; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\n");
        var message = fields + await SignAsync(Plain);
        var zone = Zone();
        zone.LogQueries = true;

        Assert.That(await StatusesAsync([]), Has.Exactly(10).EqualTo(DkimReason.NoKey).And.Exactly(31).EqualTo(DkimReason.TooManySignatures));
        var withAuthor = await StatusesAsync([DomainName.Parse("sub.example.com")]);
        Assert.That(withAuthor, Has.Exactly(9).EqualTo(DkimReason.NoKey).And.Exactly(31).EqualTo(DkimReason.TooManySignatures));
        Assert.That(withAuthor[^1], Is.EqualTo(DkimReason.Verified));
        Assert.That((await StatusesAsync([DomainName.Parse("com")]))[^1], Is.EqualTo(DkimReason.Verified));

        async Task<List<DkimReason>> StatusesAsync(DomainName[] authors)
        {
            using var reader = MessageOf(message).Open();
            var header = await reader.ReadHeaderAsync(MessageLimits.Default, default);
            using var plan = new BodyHashPlan();
            var before = zone.Queries.Length;
            var verification = new DkimVerifier(zone, new DkimVerifierOptions { TimeProvider = Clock }).Begin(header, plan, zone, authors, default);
            await reader.ReadBodyAsync(plan, default);
            plan.Finish();
            var results = await verification.CompleteAsync();
            Assert.That(zone.Queries.Length - before, Is.EqualTo(10));
            return [.. results.Select(result => result.Reason)];
        }
    }

    [Test]
    [Pin("D24")]
    [Attack("K9")]
    public async Task Five_hundred_signatures_ask_ten_questions()
    {
        var fields = new StringBuilder();
        for (var i = 0; i < 500; i++)
            fields.Append(i % 3 == 0 ? "DKIM-Signature: v=1; broken\r\n" : $"DKIM-Signature: v=1; a=rsa-sha256; d=d{i}.example; s=s; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\n");
        var zone = Zone();
        zone.LogQueries = true;
        var results = await VerifyAllAsync(fields + Plain, zone);
        Assert.That(results.Length, Is.EqualTo(500));
        Assert.That(zone.Queries.Length, Is.EqualTo(10));
        Assert.That(results.Skip(50).Select(result => (result.Status, result.Reason)), Is.All.EqualTo((DkimStatus.Neutral, DkimReason.TooManySignatures)));
    }

    [Test]
    [Pin("D25")]
    public async Task White_space_before_a_colon_is_part_of_no_name()
    {
        var signed = await SignValueAsync("Subject \t: spaced\r\nFrom: a@example.com\r\n\r\nx\r\n", Value);
        Assert.That((await VerifyAsync(signed)).Status, Is.EqualTo(DkimStatus.Pass));
        Assert.That((await VerifyAsync(signed.Replace("Subject \t:", "Subject:", StringComparison.Ordinal))).Status, Is.EqualTo(DkimStatus.Pass), "relaxed removes it");
        Assert.That((await VerifyAsync(signed.Replace("spaced", "spaced\u00A0", StringComparison.Ordinal))).Status, Is.EqualTo(DkimStatus.Fail), "U+00A0 is no white space");
        Assert.That((await VerifyAsync(signed.Replace("spaced", "spaced\v", StringComparison.Ordinal))).Status, Is.EqualTo(DkimStatus.Fail), "VT is no white space");
    }

    [TestCase("t=-1", DkimReason.TimestampValue)]
    [TestCase("t=+1", DkimReason.TimestampValue)]
    [TestCase("t=1 2", DkimReason.TimestampValue)]
    [TestCase("t=0x10", DkimReason.TimestampValue)]
    [TestCase("t=", DkimReason.TimestampValue)]
    [TestCase("t=١", DkimReason.TimestampValue)]
    [TestCase("x=1e9", DkimReason.ExpirationValue)]
    [TestCase("x=", DkimReason.ExpirationValue)]
    [TestCase("l=-1", DkimReason.BodyLengthValue)]
    [TestCase("l=", DkimReason.BodyLengthValue)]
    [TestCase("l=1.0", DkimReason.BodyLengthValue)]
    [TestCase("l=99999999999999999999999999", DkimReason.BodyShorterThanSigned)]
    [Pin("D26")]
    public async Task Numbers_are_digits_only_and_saturate(string tag, DkimReason reason) =>
        await AssertPermErrorAsync(Value.Replace("h=from", tag + "; h=from", StringComparison.Ordinal), reason);

    [TestCase("bh=QUFB", DkimReason.BodyHashValue)]
    [TestCase("bh=", DkimReason.BodyHashValue)]
    [TestCase("bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFUAAAA=", DkimReason.BodyHashValue)]
    [TestCase("bh=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=", DkimReason.BodyHashValue)]
    [TestCase("bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", DkimReason.BodyHashValue)]
    [TestCase("bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=", DkimReason.BodyHashValue)]
    [Pin("D27")]
    [Attack("K8")]
    [Attack("K25")]
    public async Task A_body_hash_is_strict_base64_of_the_digests_length(string tag, DkimReason reason)
    {
        await AssertPermErrorAsync(Value.Replace("bh=?", tag, StringComparison.Ordinal), reason);
        await AssertPermErrorAsync(Value.Replace("bh=?", tag, StringComparison.Ordinal).Replace("rsa-sha256", "ed25519-sha256", StringComparison.Ordinal), reason);
    }

    [TestCase("QUJDRB==")]
    [TestCase("QQ==QQ==")]
    [TestCase("QUJ")]
    [TestCase("QU=D")]
    [TestCase("")]
    [TestCase("QUJD*")]
    [Pin("D27")]
    [Attack("K25")]
    public async Task A_signature_value_is_strict_base64(string text)
    {
        var result = await VerifyAsync($"DKIM-Signature: {Value.Replace("bh=?", "bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", StringComparison.Ordinal)}{text}\r\n{Plain}");
        Assert.That((result.Status, result.Reason), Is.EqualTo((DkimStatus.PermError, DkimReason.SignatureValue)));
    }

    [Test]
    [Pin("D27")]
    public async Task Folds_inside_base64_change_nothing()
    {
        foreach (var c in new[] { "relaxed/relaxed", "simple/simple" })
        {
            var signed = await SignValueAsync(Plain, Value.Replace("relaxed/relaxed", c, StringComparison.Ordinal));
            var at = signed.IndexOf(" b=", StringComparison.Ordinal) + 3;
            Assert.That((await VerifyAsync(signed.Insert(at + 40, "\r\n\t ").Insert(at + 7, " ").Insert(at, "\r\n\t"))).Status, Is.EqualTo(DkimStatus.Pass));
            Assert.That((await VerifyAsync(signed.Insert(at + 344, "\r\n ;"))).Status, Is.EqualTo(DkimStatus.Fail), "a semicolon behind b= is not part of its value");
        }
    }

    [Test]
    [Rfc(6376, "3.5")]
    public async Task The_list_never_means_the_signatures_own_field()
    {
        // Two signatures, the upper one over the lower one and one more that does not exist.
        var lower = await SignValueAsync(Plain, Value);
        var upper = await SignValueAsync(lower, Value.Replace("h=from:subject", "h=from:dkim-signature:dkim-signature", StringComparison.Ordinal));
        Assert.That((await VerifyAllAsync(upper)).Select(result => result.Status), Is.All.EqualTo(DkimStatus.Pass));
        Assert.That((await VerifyAllAsync("DKIM-Signature: v=1\r\n" + upper))[1].Status, Is.EqualTo(DkimStatus.Fail));
    }

    private static string PublicKeyOf(SigningKey key) => Convert.ToBase64String(key.PublicKeyData.Span);

    private static async Task AssertPermErrorAsync(string value, DkimReason reason)
    {
        var result = await JudgeAsync(value);
        Assert.That((result.Status, result.Reason), Is.EqualTo((DkimStatus.PermError, reason)), result.ReasonText);
        Assert.That(result.ReasonText, Is.Not.Empty);
    }

    private sealed class ThrowingResolver : IDnsResolver
    {
        public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("broken");
    }
}
