using System.Globalization;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Spf;
using EmailAuth.Tests.Dkim;

namespace EmailAuth.Tests.Chaos;

/// <summary>What time it is and where the process runs is not what a verdict hangs on, except where an RFC says so.</summary>
public class ClockAndCultureTests
{
    private static IEnumerable<CultureInfo> Cultures()
    {
        foreach (var name in new[] { "tr-TR", "az-Latn-AZ", "th-TH", "ar-SA", "fa-IR", "sv-SE", "hi-IN" })
        {
            CultureInfo? culture = null;
            try
            {
                culture = CultureInfo.GetCultureInfo(name);
            }
            catch (CultureNotFoundException)
            {
                // Where the process has no cultures but the invariant one, the strange one below is left.
            }
            if (culture is not null)
                yield return culture;
        }
        var strange = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (strange.NumberFormat.NegativeSign, strange.NumberFormat.NumberDecimalSeparator, strange.NumberFormat.NumberGroupSeparator, strange.NumberFormat.PositiveSign) = ("minus", "·", "'", "plus");
        (strange.DateTimeFormat.DateSeparator, strange.DateTimeFormat.TimeSeparator, strange.DateTimeFormat.ShortDatePattern) = ("!", "?", "yyyy/dd/MM");
        yield return strange;
    }

    /// <summary>The ordinary run knows no cultures; <c>.ci/run</c> runs all this once more where there are some, and says by <c>EMAILAUTH_CULTURE</c> which is meant.</summary>
    [Test]
    public void The_process_runs_in_the_culture_that_is_meant()
    {
        var meant = Environment.GetEnvironmentVariable("EMAILAUTH_CULTURE") ?? "";
        Assert.That(CultureInfo.CurrentCulture.Name, Is.EqualTo(meant));
        Assert.That("mail".ToUpper(CultureInfo.CurrentCulture), Is.EqualTo(meant == "tr-TR" ? "MAİL" : "MAIL"));
    }

    [Attack("M10")]
    [TestCaseSource(nameof(Cultures))]
    public async Task A_culture_changes_no_word(CultureInfo culture)
    {
        var (before, uiBefore) = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        foreach (var message in ChaosWorld.Messages)
        {
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
            var plain = await TellAsync(message);
            try
            {
                CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = culture;
                Assert.That(await TellAsync(message), Is.EqualTo(plain), message.Name);
            }
            finally
            {
                (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (before, uiBefore);
            }
        }
    }

    /// <summary>All that is said about a message, and what is written with numbers, dates and names in it.</summary>
    private static async Task<string> TellAsync(ChaosMessage message)
    {
        var authenticator = new EmailAuthenticator(ChaosWorld.Zone, new EmailAuthenticatorOptions { TimeProvider = TestMail.Clock, KeepEvidence = true });
        var result = await authenticator.VerifyAsync(message.Open(), message.Session);
        var signed = await TestMail.SignAsync(TestMail.Plain, TestMail.Options(TestMail.Ed25519) with { ExpiresAfter = TimeSpan.FromDays(1), CopiesFields = true });
        var zone = ZoneDnsResolver.Parse("I.EXAMPLE. 1H IN TXT \"DIGITS 1 234,5\"");
        return string.Join('\n',
            result.ToAuthenticationResults("MX.INBOX.EXAMPLE"), result.ToReceivedSpf("mx.inbox.example"), result.Explain().ToText(), result.Explain().ToJson(), Convert.ToHexString(result.ToCapsule().ToArray()),
            // The signature itself, and with it the time, is as fixed as the clock.
            signed, (await zone.QueryAsync(new DnsQuestion(DomainName.Parse("i.example"), DnsRecordType.TXT))).TimeToLive.TotalSeconds.ToString(CultureInfo.InvariantCulture),
            SpfRecord.Lint("V=SPF1 IP4:1.2.3.4 INCLUDE:I.EXAMPLE MX/33 -ALL").ToString(), DmarcRecord.Lint("v=DMARC1; P=REJECT; pct=101; RI=-1").ToString(), DkimSignature.Lint("v=1; t=-1; x=12.5").ToString(),
            DomainName.Parse("MAIL.INFO.EXAMPLE").ToString(), result.Dmarc.ReasonText, result.Spf.ReasonText, result.Arc.ReasonText, string.Concat(result.Dkim.Select(signature => signature.ReasonText)));
    }

    private static async Task<ChaosVerdict> WhileTheClockIsSetAsync(ChaosMessage message, TimeSpan change, bool isBetween)
    {
        var clock = new ChaosClock(ChaosWorld.Start);
        var isSet = false;
        var dns = new ChaosDnsResolver(new ChaosFault("slow", FaultEffect.None, query =>
        {
            if (isBetween && !isSet)
                clock.Set(change);
            isSet = true;
            return query.AfterAsync(0.1);
        }), seed: 12, clock);
        if (!isBetween)
            clock.Set(change);
        using var cache = new CachingDnsResolver(dns, timeProvider: clock);
        var verdict = await clock.RunAsync(ChaosVerdict.OfAsync(ChaosProtocol.Whole, message, cache, clock), TimeSpan.FromSeconds(30));
        // What was kept then is still good: a cache measures, it does not look at the calendar.
        var asked = dns.Asked;
        await ChaosVerdict.OfAsync(ChaosProtocol.Whole, message, cache, clock);
        Assert.That(dns.Asked, Is.EqualTo(asked), message.Name);
        return verdict;
    }

    [TestCase(-1, true)]
    [TestCase(-1, false)]
    [TestCase(365.25 * 40, true)]
    [TestCase(365.25 * 40, false)]
    public async Task A_clock_that_is_set_changes_what_depends_on_the_time_of_day_and_nothing_else(double days, bool isBetween)
    {
        foreach (var message in ChaosWorld.Messages)
        {
            var verdict = await WhileTheClockIsSetAsync(message, TimeSpan.FromDays(days), isBetween);
            if (days > 0)
            {
                // Nothing here has an expiry.
                Assert.That(verdict.ToString(), Is.EqualTo(message.Expected), message.Name);
                continue;
            }
            // D11: a day before it was signed, a signature is from the future.
            Assert.That(verdict.Dkim!.Value.Select(signature => signature.Status), Is.All.EqualTo(DkimStatus.Neutral).Or.All.EqualTo(DkimStatus.Pass).Or.All.EqualTo(DkimStatus.Fail), message.Name);
            Assert.That(verdict.Spf!.Status.ToKeyword(), Is.EqualTo(message.Expected.Split(' ')[0]["spf=".Length..]), message.Name);
            Assert.That(verdict.Passes(), Is.SubsetOf((await ChaosVerdict.OfAsync(ChaosProtocol.Whole, message, ChaosWorld.Zone, TestMail.Clock)).Passes()), message.Name);
        }
    }

    [Pin("D10")]
    [TestCase(-1, DkimStatus.Neutral)]
    [TestCase(0.5, DkimStatus.Pass)]
    [TestCase(2, DkimStatus.PermError)]
    [TestCase(365.25 * 40, DkimStatus.PermError)]
    public async Task A_signature_for_a_day_is_good_for_a_day(double days, DkimStatus expected)
    {
        var signed = await TestMail.SignAsync(TestMail.Plain, TestMail.Options() with { ExpiresAfter = TimeSpan.FromDays(1) });
        var clock = new ChaosClock(ChaosWorld.Start + TimeSpan.FromDays(days));
        var results = await new DkimVerifier(TestMail.Zone(), new DkimVerifierOptions { TimeProvider = clock }).VerifyAsync(TestMail.MessageOf(signed));
        Assert.That(results.Single().Status, Is.EqualTo(expected));
    }

    [TestCase(0)]
    [TestCase(1)]
    public async Task The_first_and_the_last_moment_there_is_are_moments_like_others(int end)
    {
        var clock = new ChaosClock(end == 0 ? DateTimeOffset.MinValue : DateTimeOffset.MaxValue - TimeSpan.FromDays(1));
        foreach (var message in ChaosWorld.Messages)
        {
            var verdict = await ChaosVerdict.OfAsync(ChaosProtocol.Whole, message, ChaosWorld.Zone, clock);
            Assert.That(verdict.Whole!.ToAuthenticationResults("mx.receiver.example").ToString(), Does.Contain("dmarc="), message.Name);
            Assert.That((await new DkimSigner(TestMail.Options() with { TimeProvider = new ChaosClock(DateTimeOffset.UnixEpoch) }).SignAsync(TestMail.MessageOf(TestMail.Plain))).Value, Does.Contain("t=0"));
        }
    }
}
