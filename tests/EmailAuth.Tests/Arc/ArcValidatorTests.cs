using System.Text;
using EmailAuth.Arc;
using EmailAuth.AuthResults;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Tests.Dkim;

namespace EmailAuth.Tests.Arc;

/// <summary>Signatures, keys and the budget: RFC 8617 §5.2 steps 4 to 7.</summary>
[Rfc(8617, "5.2")]
public class ArcValidatorTests
{
    [Test]
    public async Task A_chain_of_three_passes_and_tells_of_each_set()
    {
        var message = await TestChain.SealedByAsync("one.example", "two.example", "three.example");
        var result = await TestChain.ValidateAsync(message);
        Assert.That((result.Status, result.Reason, result.Instance, result.OldestPass, result.IsTransient, result.CanBeSealed),
            Is.EqualTo((ArcStatus.Pass, ArcReason.Verified, 3, (int?)0, false, true)), result.ReasonText);
        Assert.That(result.Sets.Select(set => set.Instance), Is.EqualTo((int[])[1, 2, 3]));
        Assert.That(result.Sets.Select(set => set.SealDomain!.ToString()), Is.EqualTo((string[])["one.example", "two.example", "three.example"]));
        Assert.That(result.Sets.Select(set => set.Selector), Is.All.EqualTo("s"));
        Assert.That(result.Sets.Select(set => set.ChainValidationText), Is.EqualTo((string[])["none", "pass", "pass"]));
        Assert.That(result.Sets.Select(set => set.SealResult.Status), Is.All.EqualTo(ArcSignatureStatus.Pass));
        Assert.That(result.Sets.Select(set => set.MessageSignatureResult.Status), Is.All.EqualTo(ArcSignatureStatus.Pass));
        Assert.That(result.Sets.Select(set => set.AuthenticationResults!.AuthservId), Is.EqualTo((string[])["one.example", "two.example", "three.example"]));
        Assert.That(result.Sets[0].SealResult.Algorithm, Is.EqualTo("ed25519-sha256"));
        Assert.That(result.Sets[0].SealResult.Timestamp!.Value.ToUnixTimeSeconds(), Is.EqualTo(TestMail.Now));
        Assert.That(result.Sets[0].MessageSignatureResult.SignedFields, Does.Contain("From"));
    }

    [Test]
    [Rfc(8617, "5.2")]
    public async Task Oldest_pass_is_the_set_since_which_the_message_is_unchanged()
    {
        var message = await TestChain.SealAsync(TestMail.Plain, "one.example");
        message = await TestChain.SealAsync(message, "two.example", change: text => text + "-- \r\nthe list's footer\r\n");
        message = await TestChain.SealAsync(message, "three.example");
        var result = await TestChain.ValidateAsync(message);
        Assert.That((result.Status, result.OldestPass), Is.EqualTo((ArcStatus.Pass, (int?)2)), result.ReasonText);
        Assert.That(result.Sets[0].MessageSignatureResult.Reason, Is.EqualTo(ArcSignatureReason.BodyHash));

        // Of the newest sealer's own change nothing shows but that its signature is the oldest that holds.
        message = await TestChain.SealAsync(message, "four.example", change: text => text + "another\r\n");
        Assert.That((await TestChain.ValidateAsync(message)).OldestPass, Is.EqualTo(4));
    }

    [Test]
    public async Task A_change_after_the_newest_seal_fails_whatever_it_changes()
    {
        var message = await TestChain.SealedByAsync("one.example", "two.example");
        foreach (var (changed, reason, signature) in new[]
        {
            (message + "x", ArcReason.MessageSignature, ArcSignatureReason.BodyHash),
            (message.Replace("Dinner", "Supper", StringComparison.Ordinal), ArcReason.MessageSignature, ArcSignatureReason.SignatureMismatch),
            ("Subject: another\r\n" + message, ArcReason.MessageSignature, ArcSignatureReason.SignatureMismatch),
            (TestChain.Change(message, ArcFields.AuthenticationResults, 1, field => field.Replace("dmarc=pass", "dmarc=fail", StringComparison.Ordinal)), ArcReason.Seal, ArcSignatureReason.SignatureMismatch),
            (TestChain.Change(message, ArcFields.AuthenticationResults, 2, field => field.Replace("dmarc=pass", "dmarc=fail", StringComparison.Ordinal)), ArcReason.Seal, ArcSignatureReason.SignatureMismatch),
            (TestChain.Change(message, ArcFields.Seal, 1, field => field.Replace("d=one.example", "d=three.example", StringComparison.Ordinal)), ArcReason.Seal, ArcSignatureReason.SignatureMismatch),
        })
        {
            var result = await TestChain.ValidateAsync(changed);
            Assert.That((result.Status, result.Reason), Is.EqualTo((ArcStatus.Fail, reason)), result.ReasonText);
            var failed = reason == ArcReason.Seal ? result.Sets[1].SealResult : result.Sets[1].MessageSignatureResult;
            Assert.That((failed.Status, failed.Reason), Is.EqualTo((ArcSignatureStatus.Fail, signature)));
            // Stopped at the first failure: what comes after it in the order of §5.2 was not verified.
            Assert.That(result.Sets[0].SealResult.Status, Is.EqualTo(ArcSignatureStatus.NotVerified));
            Assert.That(result.Sets[0].AuthenticationResults, Is.Null);
        }
    }

    // What is added to the tags of a message signature that is otherwise good, and signed; the rule.
    [TestCase("", ArcSignatureReason.Verified)]
    [TestCase("l=0; ", ArcSignatureReason.PartialBody, Description = "A6")]
    [TestCase("l=9; ", ArcSignatureReason.PartialBody, Description = "A6")]
    [TestCase("l=999999; ", ArcSignatureReason.BodyShorterThanSigned)]
    [TestCase("l=99999999999999999999999; ", ArcSignatureReason.BodyShorterThanSigned)]
    [TestCase("l=x; ", ArcSignatureReason.BodyLengthValue)]
    [TestCase("x=1780000100; ", ArcSignatureReason.Verified)]
    [TestCase("x=1779999999; ", ArcSignatureReason.ExpirationBeforeTimestamp)]
    [TestCase("v=1; ", ArcSignatureReason.Verified)]
    [TestCase("v=2; ", ArcSignatureReason.Verified)]
    [TestCase("q=dns/txt; ", ArcSignatureReason.Verified)]
    [TestCase("q=http; ", ArcSignatureReason.QueryMethod)]
    [TestCase("zz=unknown; ", ArcSignatureReason.Verified)]
    [TestCase("d=again.example; ", ArcSignatureReason.DuplicateTag)]
    [TestCase("not a tag; ", ArcSignatureReason.ListSyntax)]
    [Pin("A2")]
    [Attack("A6")]
    [Rfc(8617, "4.1.2")]
    public async Task A_message_signature_is_judged_as_a_DKIM_signature(string tags, ArcSignatureReason reason)
    {
        var message = await TestChain.ForgeAsync(TestMail.Plain, TestChain.MessageTags(tags), TestChain.SealTags());
        await AssertMessageSignature(message, reason);
    }

    // A part of the tags, what stands there instead, the rule.
    [TestCase("a=ed25519-sha256", "a=rsa-sha1", ArcSignatureReason.BodyHashValue)]
    [TestCase("a=ed25519-sha256; c=relaxed/relaxed; d=one.example; s=s; bh=?", "a=rsa-sha1; d=one.example; s=s; bh=AAAAAAAAAAAAAAAAAAAAAAAAAAA=", ArcSignatureReason.Sha1, Description = "A2")]
    [TestCase("a=ed25519-sha256", "a=rsa-sha256", ArcSignatureReason.KeyType)]
    [TestCase("a=ed25519-sha256", "a=ED25519-SHA256", ArcSignatureReason.UnknownAlgorithm)]
    [TestCase("c=relaxed/relaxed", "c=relaxed", ArcSignatureReason.BodyHash)]
    [TestCase("c=relaxed/relaxed", "c=loose", ArcSignatureReason.UnknownCanonicalization)]
    [TestCase("bh=?", "bh=AAAA", ArcSignatureReason.BodyHashValue)]
    [TestCase("d=one.example", "d=one..example", ArcSignatureReason.Domain)]
    [TestCase("s=s", "s=other", ArcSignatureReason.NoKey)]
    [TestCase("s=s", "s=s'", ArcSignatureReason.Selector)]
    [TestCase("h=from:to:subject", "h=", ArcSignatureReason.Verified)]
    [TestCase("h=from:to:subject", "h=from::to", ArcSignatureReason.Verified)]
    [TestCase("h=from:to:subject", "h=from:arc-seal", ArcSignatureReason.SealIsSigned)]
    [TestCase("h=from:to:subject", "h=from:ARC-SEAL", ArcSignatureReason.SealIsSigned)]
    [TestCase("h=from:to:subject", "h=from:\u0001", ArcSignatureReason.ListSyntax)]
    [TestCase("h=from:to:subject; ", "", ArcSignatureReason.MissingTag)]
    [TestCase("t=1780000000", "t=1780000299", ArcSignatureReason.Verified)]
    [TestCase("t=1780000000", "t=1780000301", ArcSignatureReason.FutureTimestamp)]
    [TestCase("t=1780000000", "t=1779990000; x=1779999000", ArcSignatureReason.Expired)]
    [TestCase("t=1780000000", "t=1779990000; x=1779999800", ArcSignatureReason.Verified)]
    [TestCase("t=1780000000", "t=now", ArcSignatureReason.TimestampValue)]
    [Pin("A2")]
    [Rfc(8301, "3.1")]
    public async Task A_message_signature_with_other_tags(string tags, string replacement, ArcSignatureReason reason)
    {
        var message = await TestChain.ForgeAsync(TestMail.Plain, TestChain.MessageTags().Replace(tags, replacement, StringComparison.Ordinal), TestChain.SealTags());
        await AssertMessageSignature(message, reason);
    }

    private static async Task AssertMessageSignature(string message, ArcSignatureReason reason)
    {
        var result = await TestChain.ValidateAsync(message);
        var signature = result.Sets[0].MessageSignatureResult;
        Assert.That(signature.Reason, Is.EqualTo(reason), signature.ReasonText);
        Assert.That(result.Reason, Is.EqualTo(reason == ArcSignatureReason.Verified ? ArcReason.Verified : ArcReason.MessageSignature), result.ReasonText);
        Assert.That(signature.Status, Is.EqualTo(reason == ArcSignatureReason.Verified ? ArcSignatureStatus.Pass : ArcSignatureStatus.Fail));
    }

    [TestCase("", ArcSignatureReason.Verified)]
    [TestCase("h=from; ", ArcSignatureReason.SealNamesFields)]
    [TestCase("h=; ", ArcSignatureReason.SealNamesFields)]
    [TestCase("bh=AAAA; c=simple; l=0; ", ArcSignatureReason.Verified)]
    [TestCase("cv=pass; ", ArcSignatureReason.DuplicateTag)]
    [Rfc(8617, "4.1.3")]
    public async Task A_seal_covers_what_is_fixed_and_names_no_fields(string tags, ArcSignatureReason reason)
    {
        var message = await TestChain.ForgeAsync(TestMail.Plain, TestChain.MessageTags(), TestChain.SealTags(tags));
        var result = await TestChain.ValidateAsync(message);
        Assert.That(result.Sets[0].SealResult.Reason, Is.EqualTo(reason), result.ReasonText);
        Assert.That(result.Reason, Is.EqualTo(reason == ArcSignatureReason.Verified ? ArcReason.Verified : ArcReason.Seal));
    }

    [TestCase("v=DKIM1; k=ed25519; p=", ArcSignatureReason.KeyRevoked)]
    [TestCase("v=DKIM1; k=ed25519; p=AAAA", ArcSignatureReason.KeyData)]
    [TestCase("v=DKIM1; k=ed25519; h=sha1; p=KEY", ArcSignatureReason.KeyHash)]
    [TestCase("v=DKIM1; k=ed25519; s=other; p=KEY", ArcSignatureReason.KeyService)]
    [TestCase("v=DKIM1; k=rsa; p=KEY", ArcSignatureReason.KeyType)]
    [TestCase("v=DKIM2; k=ed25519; p=KEY", ArcSignatureReason.KeyVersion)]
    [TestCase("v=DKIM1; k=ed25519; p=KEY; p=KEY", ArcSignatureReason.KeyDuplicateTag)]
    [TestCase("v=DKIM1; k=ed25519", ArcSignatureReason.KeySyntax)]
    [TestCase("v=DKIM1; k=ed25519; t=s:y; p=KEY", ArcSignatureReason.Verified)]
    public async Task The_key_record_is_judged_as_DKIM_does(string record, ArcSignatureReason reason)
    {
        var message = await TestChain.SealedByAsync("one.example");
        var zone = TestMail.ZoneWith("s._domainkey.one.example", record.Replace("KEY", Convert.ToBase64String(TestChain.Key.PublicKeyData.Span), StringComparison.Ordinal));
        var result = await TestChain.ValidateAsync(message, zone);
        Assert.That(result.Sets[0].MessageSignatureResult.Reason, Is.EqualTo(reason), result.ReasonText);
    }

    [Test]
    [Pin("D8")]
    public async Task Of_several_keys_one_that_fits_is_enough()
    {
        var message = await TestChain.SealedByAsync("one.example");
        var zone = TestMail.ZoneWith("s._domainkey.one.example", DkimKeyRecord.FromKey(SigningKey.GenerateEd25519()).ToString(), TestMail.Ed25519Record);
        var result = await TestChain.ValidateAsync(message, zone);
        Assert.That(result.Status, Is.EqualTo(ArcStatus.Pass), result.ReasonText);
        Assert.That(result.Sets[0].SealResult.HasMultipleKeys);
    }

    [Test]
    [Pin("D15")]
    [Rfc(8301, "3.2")]
    public async Task A_key_shorter_than_the_operator_wants_fails()
    {
        var options = new ArcSealerOptions { Domain = DomainName.Parse("one.example"), Selector = "s", Key = TestMail.Rsa, TimeProvider = TestMail.Clock };
        var none = await TestChain.ValidateAsync(TestMail.Plain);
        var message = TestChain.Prepend(await new ArcSealer(options).SealAsync(TestMail.MessageOf(TestMail.Plain), TestChain.Results("one.example"), none), TestMail.Plain);
        var zone = TestMail.ZoneWith("s._domainkey.one.example", TestMail.RsaRecord);
        var passed = await TestChain.ValidateAsync(message, zone);
        Assert.That((passed.Status, passed.Sets[0].SealResult.KeyBits), Is.EqualTo((ArcStatus.Pass, (int?)2048)), passed.ReasonText);
        var failed = await TestChain.ValidateAsync(message, zone, TestChain.Options with { MinimumRsaKeyBits = 3072 });
        Assert.That(failed.Sets[0].MessageSignatureResult.Reason, Is.EqualTo(ArcSignatureReason.WeakKey));
    }

    [TestCase(DnsStatus.ServFail)]
    [TestCase(DnsStatus.Timeout)]
    [TestCase(DnsStatus.Malformed)]
    [Rfc(8617, "5.2.1")]
    public async Task A_key_that_cannot_be_fetched_fails_the_chain_and_says_that_it_may_be_tried_again(DnsStatus status)
    {
        var message = await TestChain.SealedByAsync("one.example", "two.example");
        foreach (var domain in (string[])["one.example", "two.example"])
        {
            var zone = TestChain.Zone().WithFault($"s._domainkey.{domain}", DnsRecordType.TXT, status);
            var result = await TestChain.ValidateAsync(message, zone);
            Assert.That((result.Status, result.IsTransient), Is.EqualTo((ArcStatus.Fail, true)), result.ReasonText);
            Assert.That(result.Reason, Is.EqualTo(domain == "one.example" ? ArcReason.Seal : ArcReason.MessageSignature));
        }
        var gone = await TestChain.ValidateAsync(message, TestChain.Zone("one.example"));
        Assert.That((gone.Status, gone.IsTransient, gone.Sets[1].MessageSignatureResult.Reason), Is.EqualTo((ArcStatus.Fail, false, ArcSignatureReason.NoKey)));
    }

    [Test]
    public async Task A_failing_key_of_an_older_message_signature_only_ends_oldest_pass()
    {
        var message = await TestChain.ForgeAsync(TestMail.Plain, TestChain.MessageTags(domain: "ams.example"), TestChain.SealTags());
        message = await TestChain.SealAsync(message, "two.example", resolver: TestChain.Zone("one.example", "ams.example"));
        var zone = TestChain.Zone("one.example", "two.example").WithFault("s._domainkey.ams.example", DnsRecordType.TXT, DnsStatus.Timeout);
        var result = await TestChain.ValidateAsync(message, zone);
        Assert.That((result.Status, result.OldestPass, result.IsTransient), Is.EqualTo((ArcStatus.Pass, (int?)2, false)), result.ReasonText);
    }

    [Test]
    public async Task Keys_are_asked_for_at_once_each_name_once_and_before_the_body_is_read()
    {
        var message = await TestChain.SealedByAsync("one.example", "two.example", "one.example");
        var zone = TestChain.Zone();
        zone.LogQueries = true;
        using var reader = TestMail.MessageOf(message).Open();
        var header = await reader.ReadHeaderAsync(MessageLimits.Default, default);
        using var plan = new BodyHashPlan();

        var validation = new ArcValidator(zone, TestChain.Options).Begin(header, plan, zone, default);

        Assert.That(zone.Queries.Select(query => query.Name.ToString()), Is.EqualTo((string[])["s._domainkey.one.example", "s._domainkey.two.example"]));
        await reader.ReadBodyAsync(plan, default);
        plan.Finish();
        var completed = validation.CompleteAsync();
        Assert.That(completed.IsCompleted, "no wait where the keys are here");
        Assert.That((await completed).Status, Is.EqualTo(ArcStatus.Pass));
        Assert.That(zone.Queries, Has.Length.EqualTo(2));
    }

    /// <summary>Answers nobody before that many questions wait.</summary>
    private sealed class GatedResolver(IDnsResolver inner, int count) : IDnsResolver
    {
        private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _waiting;

        public async ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
        {
            if (Interlocked.Increment(ref _waiting) == count)
                _gate.SetResult();
            await _gate.Task.WaitAsync(TimeSpan.FromSeconds(20), cancellationToken);
            return await inner.QueryAsync(question, cancellationToken);
        }
    }

    [Test]
    public async Task Keys_that_take_their_time_are_waited_for_together()
    {
        var message = await TestChain.SealedByAsync("one.example", "two.example", "three.example");
        Assert.That((await TestChain.ValidateAsync(message, new GatedResolver(TestChain.Zone(), 3))).Status, Is.EqualTo(ArcStatus.Pass));
        Assert.That((await TestChain.ValidateAsync(message + "x", new GatedResolver(TestChain.Zone(), 3))).Reason, Is.EqualTo(ArcReason.MessageSignature));
    }

    private sealed class OneKeyResolver(IDnsResolver inner, DomainName answered) : IDnsResolver
    {
        public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default) =>
            question.Name == answered ? inner.QueryAsync(question, cancellationToken) : new(new TaskCompletionSource<DnsAnswer>().Task);
    }

    [Test]
    public async Task Where_the_newest_message_signature_fails_nobody_waits_for_the_other_keys()
    {
        var message = await TestChain.SealedByAsync("one.example", "two.example");
        var result = await TestChain.ValidateAsync(message + "x", new OneKeyResolver(TestChain.Zone(), DomainName.Parse("s._domainkey.two.example")))
            .WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(result.Reason, Is.EqualTo(ArcReason.MessageSignature));
    }

    [Test]
    public async Task The_callers_cancellation_reaches_the_caller()
    {
        var message = await TestChain.SealedByAsync("one.example");
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        Assert.That(async () => await new ArcValidator(TestChain.Zone()).ValidateAsync(TestMail.MessageOf(message), source.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task A_message_that_arrives_octet_by_octet_has_the_same_chain()
    {
        var message = await TestChain.SealedByAsync("one.example", "two.example");
        var result = await new ArcValidator(TestChain.Zone(), TestChain.Options).ValidateAsync(EmailMessage.FromStream(new OneByteStream(Encoding.Latin1.GetBytes(message))));
        Assert.That((result.Status, result.OldestPass), Is.EqualTo((ArcStatus.Pass, (int?)0)), result.ReasonText);
    }

    [Test]
    [Pin("A1")]
    [Attack("A1")]
    public async Task Fifty_sets_are_judged_within_the_budget_and_the_fifty_first_fails_before_any_key_is_asked_for()
    {
        var domains = Enumerable.Range(1, 50).Select(number => $"d{number}.example").ToArray();
        var zone = TestChain.Zone(domains);
        var message = TestMail.Plain;
        for (var instance = 1; instance <= 50; instance++)
        {
            message = await TestChain.ForgeAsync(
                message, TestChain.MessageTags(instance: instance, domain: domains[instance - 1]),
                TestChain.SealTags(instance: instance, domain: domains[instance - 1], chainValidation: instance == 1 ? "none" : "pass"),
                $"i={instance}; {domains[instance - 1]}; none");
        }

        zone.LogQueries = true;
        var result = await TestChain.ValidateAsync(message, zone);
        Assert.That((result.Status, result.Instance, result.Sets.Length, result.CanBeSealed), Is.EqualTo((ArcStatus.Pass, 50, 50, false)), result.ReasonText);
        Assert.That(zone.Queries, Has.Length.EqualTo(50));
        // 51 signatures decide; nine more of the 60 are left for oldest-pass.
        Assert.That(result.Sets.Count(set => set.MessageSignatureResult.Status == ArcSignatureStatus.Pass), Is.EqualTo(10));
        Assert.That(result.OldestPass, Is.EqualTo(41));
        var all = await TestChain.ValidateAsync(message, zone, TestChain.Options with { Limits = new ArcLimits { MaxSignaturesVerified = 100 }, SignatureLimits = new SignatureLimits { MaxVerifications = 100 } });
        Assert.That(all.OldestPass, Is.Zero);

        var asked = zone.Queries.Length;
        foreach (var more in (string[])["i=51", "i=50", "i=1"])
        {
            var tooMany = $"ARC-Seal: {more}; a=x\r\nARC-Message-Signature: {more}; a=x\r\nARC-Authentication-Results: {more}; x\r\n{message}";
            var failed = await TestChain.ValidateAsync(tooMany, zone);
            Assert.That((failed.Status, failed.Reason), Is.EqualTo((ArcStatus.Fail, ArcReason.TooManySets)));
        }
        Assert.That(zone.Queries, Has.Length.EqualTo(asked));
        Assert.That(await TestChain.Sealer("one.example").SealAsync(TestMail.MessageOf(message), TestChain.Results("x"), result), Is.Empty);
    }

    // What a sealer wrote is data: whatever it is, the chain is judged by its signatures.
    [TestCase("i=1; one.example; (null)=pass", false)]
    [TestCase("i=1; one.example; dkim=pass header.i.x=1; spf=pass value.x=1; dmarc=pass header.from.toString.z=1; value=evil", false)]
    [TestCase("i=1; ;;;;", false)]
    [TestCase("i=1;", false)]
    [TestCase("i=1; one.example; x=\"", false)]
    [TestCase("i=1; one.example; none", true)]
    [TestCase("i=1; one.example; dmarc=pass (p=\"REJECT\") header.from=example.com", true)]
    [Pin("A5")]
    [Attack("A3")]
    [Attack("A5")]
    [Rfc(8617, "3.4")]
    public async Task The_text_of_the_results_does_not_change_the_verdict(string results, bool isReadable)
    {
        var message = await TestChain.ForgeAsync(TestMail.Plain, TestChain.MessageTags(), TestChain.SealTags(), results);
        var result = await TestChain.ValidateAsync(message);
        Assert.That(result.Status, Is.EqualTo(ArcStatus.Pass), result.ReasonText);
        Assert.That(result.Sets[0].AuthenticationResults is not null, Is.EqualTo(isReadable));
        Assert.That(result.Sets[0].AuthenticationResultsProblem is null, Is.EqualTo(isReadable));
        // What we write of the chain ourselves holds nothing of it.
        Assert.That(result.ToMethodResult().ToString(), Does.Not.Contain("evil"));
    }

    [Test]
    [Pin("A5")]
    public async Task Results_beyond_the_limits_are_left_unread()
    {
        var results = $"i=1; one.example; {string.Concat(Enumerable.Repeat("dkim=pass header.d=example.com;\r\n ", 70))}x=y";
        var message = await TestChain.ForgeAsync(TestMail.Plain, TestChain.MessageTags(), TestChain.SealTags(), results);
        var result = await TestChain.ValidateAsync(message);
        Assert.That((result.Status, result.Sets[0].AuthenticationResults), Is.EqualTo((ArcStatus.Pass, (object?)null)), result.ReasonText);
    }

    [Test]
    [Rfc(8617, "6")]
    public async Task The_result_as_a_method_of_Authentication_Results()
    {
        var passed = await TestChain.ValidateAsync(await TestChain.SealedByAsync("one.example"));
        var results = new AuthenticationResults("mx.example.net", [passed.ToMethodResult(System.Net.IPAddress.Parse("2001:db8::1"))]);
        Assert.That(results.ToString(), Is.EqualTo("mx.example.net; arc=pass (i=1) smtp.remote-ip=\"2001:db8::1\" header.oldest-pass=0"));
        var failed = (await TestChain.ValidateAsync("ARC-Seal: x\r\n" + TestMail.Plain)).ToMethodResult();
        Assert.That((failed.Result, failed.Reason is null, failed.Properties.Length), Is.EqualTo(("fail", false, 0)));
        Assert.That((await TestChain.ValidateAsync(TestMail.Plain)).ToMethodResult(System.Net.IPAddress.Loopback).ToString(),
            Is.EqualTo(new MethodResult("arc", "none").ToString()));
    }
}
