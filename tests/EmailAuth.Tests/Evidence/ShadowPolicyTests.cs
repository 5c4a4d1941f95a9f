using System.Diagnostics.Metrics;
using System.Net;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Tests.Dkim;

namespace EmailAuth.Tests.Evidence;

/// <summary>Shadow policies judge by the answers of the verdict that counts, and say what they would need beside them.</summary>
public class ShadowPolicyTests
{
    private const string Policies = """
        example.com. TXT "v=spf1 ip4:192.0.2.1 -all"
        _dmarc.example.com. TXT "v=DMARC1; p=reject"
        sub.example.com. TXT "v=spf1 ip4:192.0.2.1 -all"
        """;

    private static async Task<(VerificationResult Result, int Queries)> VerifyAsync(string text, string mailFrom, params ShadowPolicy[] shadows)
    {
        var dns = ZoneDnsResolver.Parse($"{DkimKeyRecord.FromKey(TestMail.Rsa).ToMasterFile(TestMail.Domain, "rsa")}\n{Policies}");
        dns.LogQueries = true;
        var options = new EmailAuthenticatorOptions { TimeProvider = TestMail.Clock, ShadowPolicies = [.. shadows] };
        var result = await new EmailAuthenticator(dns, options).VerifyAsync(TestMail.MessageOf(text), new SmtpSession(IPAddress.Parse("192.0.2.1"), "x.example", mailFrom));
        return (result, dns.Queries.Length);
    }

    private static ShadowPolicy Shadow(string name, EmailAuthenticatorOptions options) => new(name, options);

    [Test]
    public async Task They_decide_otherwise_ask_nobody_and_change_nothing()
    {
        var text = await TestMail.SignAsync(TestMail.Plain.Replace("From: Ann <ann@example.com>", "From: ann@example.com, bob@example.com", StringComparison.Ordinal));
        var (alone, asked) = await VerifyAsync(text, "ann@example.com");
        var (result, askedWithShadows) = await VerifyAsync(text, "ann@example.com",
            Shadow("minimum RSA 4096", new() { Dkim = new() { MinimumRsaKeyBits = 4096 } }),
            Shadow("strict multi-From", new() { Dmarc = new() { RefuseSeveralAuthors = true } }),
            Shadow("RFC 7489 mode", new() { Dmarc = new() { PublicSuffixes = PublicSuffixList.Parse("com") } }),
            Shadow("the same", new()));
        Assert.That(askedWithShadows, Is.EqualTo(asked));
        Assert.That(VerdictMembers.Compare(VerdictMembers.Of(alone), VerdictMembers.Of(result)), Is.Empty);
        Assert.That(result.Shadows.Select(shadow => (shadow.Name, shadow.Disagrees, shadow.IsComplete)), Is.EqualTo(new[]
        {
            ("minimum RSA 4096", true, true), ("strict multi-From", true, true), ("RFC 7489 mode", false, true), ("the same", false, true),
        }));
        Assert.That(result.Shadows[0].Verdict.DkimStatus, Is.EqualTo(DkimStatus.Policy));
        Assert.That(result.Shadows[0].Differences.Select(difference => difference.Member), Does.Contain("dkim[0].status").And.Contain("dkimStatus"));
        Assert.That(result.Shadows[1].Verdict.Dmarc.Reason, Is.EqualTo(DmarcReason.SeveralAuthors));
        Assert.That(result.Shadows[1].Verdict.Dmarc.Disposition, Is.EqualTo(DmarcPolicy.Reject));
        Assert.That(result.Shadows[2].Verdict.Dmarc.DiscoveryMethod, Is.EqualTo(DiscoveryMethod.PublicSuffixList));
        Assert.That(result.Shadows[3].Differences, Is.Empty);
    }

    [Test]
    public async Task What_was_not_asked_is_not_known()
    {
        // By the list com.example is a suffix of its own: what applies stands at another name than those of the walk, which ends at psd.
        var text = TestMail.Plain.Replace("ann@example.com>", "ann@a.b.c.d.e.f.g.h.i.example.com>", StringComparison.Ordinal);
        var (result, _) = await VerifyAsync(text, "ann@example.com",
            Shadow("list", new() { Dmarc = new() { PublicSuffixes = PublicSuffixList.Parse("com\nd.e.f.g.h.i.example.com") } }), Shadow("reverse", new() { CheckReverseName = true }));
        var shadow = result.Shadows[0];
        Assert.That(shadow.IsComplete, Is.False);
        Assert.That(shadow.NotKnown.Select(question => question.ToString()), Does.Contain("_dmarc.c.d.e.f.g.h.i.example.com TXT"));
        Assert.That(shadow.Verdict.Dmarc.Status, Is.EqualTo(DmarcStatus.TempError));
        Assert.That(result.Shadows[1].NotKnown.Select(question => question.Type), Does.Contain(DnsRecordType.PTR));
        Assert.That(result.Shadows[1].Verdict.Iprev!.IsTransient, Is.True);
    }

    [Test]
    public async Task The_HELO_name_and_the_reverse_name_are_no_disagreement()
    {
        var (result, _) = await VerifyAsync(TestMail.Plain, "ann@example.com", Shadow("no HELO", new() { CheckHelo = false }), Shadow("reverse", new() { CheckReverseName = true }));
        Assert.That(result.Shadows.Select(shadow => (shadow.Disagrees, shadow.Differences.IsEmpty)), Is.EqualTo(new[] { (false, false), (false, false) }));
    }

    [Test]
    public void A_session_has_a_HELO_name()
    {
        Assert.That(() => new SmtpSession(null, null!, null), Throws.ArgumentNullException);
        Assert.That(() => new SmtpSession(null, "", null) with { Helo = null! }, Throws.ArgumentNullException);
    }

    [Test]
    public async Task They_are_counted_by_name()
    {
        var seen = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, meter) =>
            {
                if (instrument.Name == "emailauth.shadow.verdicts")
                    meter.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            lock (seen)
                seen.Add($"{count} {string.Join(' ', tags.ToArray().Select(tag => tag.Value))}");
        });
        listener.Start();
        await VerifyAsync(await TestMail.SignAsync(TestMail.Plain), "ann@example.com", Shadow("counted apart", new() { Dkim = new() { MinimumRsaKeyBits = 4096 } }));
        lock (seen)
            Assert.That(seen, Does.Contain("1 counted apart True True"));
    }

    [Test]
    public async Task A_From_field_with_several_mailboxes_may_be_refused([Values("a@example.com, b@example.com", "a@example.com, b@other.example")] string from)
    {
        var (result, _) = await VerifyAsync($"From: {from}\r\n\r\n", "a@example.com", Shadow("one author", new() { Dmarc = new() { RefuseSeveralAuthors = true } }));
        var dmarc = result.Shadows[0].Verdict.Dmarc;
        Assert.That((dmarc.Status, dmarc.Reason, dmarc.Disposition), Is.EqualTo((DmarcStatus.PermError, DmarcReason.SeveralAuthors, DmarcPolicy.Reject)));
        Assert.That(dmarc.ReasonText, Is.EqualTo("the From field holds 2 mailboxes; this receiver takes exactly one"));
    }
}
