using System.Globalization;
using EmailAuth.Arc;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Spf;

namespace EmailAuth.Tests.Chaos;

/// <summary>
/// Whatever DNS does, nothing is lost and nobody is let in: every call ends in a whole verdict in time, trouble that will pass is a temporary error, and
/// when it has passed the verdict is as if it had never been; what passes in trouble passes without.
/// </summary>
public class ChaosTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>Seeds for each fault and protocol; <c>EMAILAUTH_CHAOS_SEEDS</c> sets another number.</summary>
    internal static int Seeds { get; } = int.TryParse(Environment.GetEnvironmentVariable("EMAILAUTH_CHAOS_SEEDS"), CultureInfo.InvariantCulture, out var seeds) ? seeds : 10;

    private static IEnumerable<TestCaseData> Faults() => ChaosFault.All.Select(static fault => new TestCaseData(fault).SetArgDisplayNames(fault.Name));

    private static IEnumerable<TestCaseData> Messages() => ChaosWorld.Messages.Select(static message => new TestCaseData(message).SetArgDisplayNames(message.Name));

    [TestCaseSource(nameof(Messages))]
    public async Task Without_trouble_each_message_has_its_verdict(object message)
    {
        var verdict = await ChaosVerdict.OfAsync(ChaosProtocol.Whole, (ChaosMessage)message, ChaosWorld.Zone, new ChaosClock(ChaosWorld.Start));
        Assert.That(verdict.ToString(), Is.EqualTo(((ChaosMessage)message).Expected));
    }

    [Test]
    public void There_are_forty_ways_for_dns_to_go_wrong() => Assert.That(ChaosFault.All.Select(fault => fault.Name).Distinct().Count(), Is.EqualTo(ChaosFault.All.Length).And.GreaterThanOrEqualTo(40));

    [TestCaseSource(nameof(Faults))]
    public async Task Nothing_is_lost_and_nobody_is_let_in(object fault)
    {
        var hits = 0;
        foreach (var protocol in Enum.GetValues<ChaosProtocol>())
        {
            for (var seed = 0; seed < Seeds; seed++)
            {
                // Each seed another message, another choice of questions, with a cache and without.
                foreach (var message in new[] { ChaosWorld.Messages[(seed * 7 + (int)protocol) % ChaosWorld.Messages.Length] })
                    hits += await RunAsync((ChaosFault)fault, protocol, message, seed);
            }
        }
        // Else the test would show nothing.
        Assert.That(hits, Is.GreaterThan(Seeds));
    }

    private static async Task<int> RunAsync(ChaosFault fault, ChaosProtocol protocol, ChaosMessage message, int seed)
    {
        var what = $"{fault.Name}; {protocol}; {message.Name}; seed {seed}";
        var clock = new ChaosClock(ChaosWorld.Start);
        var dns = new ChaosDnsResolver(fault, seed, clock);
        using var cache = new CachingDnsResolver(dns, timeProvider: clock);
        IDnsResolver resolver = seed % 2 == 0 ? dns : cache;
        var clean = await ChaosVerdict.OfAsync(protocol, message, ChaosWorld.Zone, clock);

        var verdict = await clock.RunAsync(ChaosVerdict.OfAsync(protocol, message, resolver, clock), Deadline);
        Check(fault.Effect, message, clean, verdict, what);

        // The trouble is over, late answers and all; no question of a deaf resolver is waited for any more.
        dns.IsOn = false;
        clock.Advance(TimeSpan.FromHours(1));
        await PatientlyAsync(() => cache.QueriesUnderWay == 0 && clock.TimerCount == 0, $"something still runs after {what}");
        clock.Advance(TimeSpan.FromHours(25));
        var after = await ChaosVerdict.OfAsync(protocol, message, resolver, clock);
        Assert.That(after.ToString(), Is.EqualTo(clean.ToString()), $"after {what}");
        if (protocol == ChaosProtocol.Whole)
            Assert.That(after.Whole!.IsTransient, Is.False, $"after {what}");
        return dns.Hits;
    }

    private static async Task PatientlyAsync(Func<bool> isDone, string otherwise)
    {
        for (var patience = Environment.TickCount64 + 10_000; !isDone(); await Task.Delay(1))
        {
            if (Environment.TickCount64 > patience)
                Assert.Fail(otherwise);
        }
    }

    /// <summary>That what a call said in trouble is what may be said.</summary>
    internal static void Check(FaultEffect effect, ChaosMessage message, ChaosVerdict clean, ChaosVerdict verdict, string what)
    {
        switch (effect)
        {
            case FaultEffect.None:
                Assert.That(verdict.ToString(), Is.EqualTo(clean.ToString()), what);
                break;
            case FaultEffect.Transient:
                AssertCleanOrTransient(clean, verdict, what);
                Assert.That(verdict.Passes(), Is.SubsetOf(clean.Passes()), what);
                break;
            case FaultEffect.Lie:
                // A lie about a policy can loosen it, and nobody can tell; it cannot make a forgery one of the author's.
                Assert.That(verdict.Passes().Where(word => word != "dmarc" || message.IsForged), Is.SubsetOf(clean.Passes()), what);
                break;
        }
        if (verdict.Whole is { } whole)
        {
            Assert.That(whole.DnsQueries, Is.InRange(0, DnsLimits.Default.MaxQueriesPerMessage), what);
            Assert.That(whole.ToAuthenticationResults("mx.receiver.example").ToString(), Does.Contain("dmarc=").And.Not.Contain("secret"), what);
        }
    }

    private static void AssertCleanOrTransient(ChaosVerdict clean, ChaosVerdict verdict, string what)
    {
        if (clean.Spf is { } spf)
            Assert.That(verdict.Spf!.Status, Is.EqualTo(spf.Status).Or.EqualTo(SpfStatus.TempError), what);
        if (clean.Helo is { } helo)
            Assert.That(verdict.Helo!.Status, Is.EqualTo(helo.Status).Or.EqualTo(SpfStatus.TempError), what);
        if (clean.Dkim is { } dkim)
        {
            Assert.That(verdict.Dkim!.Value, Has.Length.EqualTo(dkim.Length), what);
            for (var i = 0; i < dkim.Length; i++)
                Assert.That(verdict.Dkim.Value[i].Status, Is.EqualTo(dkim[i].Status).Or.EqualTo(DkimStatus.TempError), what);
        }
        if (clean.Arc is { } arc && verdict.Arc!.Status != arc.Status)
            Assert.That((verdict.Arc.Status, verdict.Arc.IsTransient), Is.EqualTo((ArcStatus.Fail, true)), what);
        if (clean.Dmarc is { } dmarc)
            AssertCleanOrTransient(dmarc, verdict.Dmarc!, what);
        // Who is told that nothing was transient has the clean verdict on what decides.
        if (verdict.Whole is { IsTransient: false })
            Assert.That(verdict.Dmarc!.Status, Is.EqualTo(clean.Dmarc!.Status), what);
    }

    private static void AssertCleanOrTransient(DmarcResult clean, DmarcResult verdict, string what)
    {
        Assert.That(verdict.Status, Is.EqualTo(clean.Status).Or.EqualTo(DmarcStatus.TempError), what);
        Assert.That(verdict.IsTransient || verdict.Status == clean.Status, what);
        if (verdict.Status == DmarcStatus.TempError)
            Assert.That((verdict.Disposition, verdict.IsTransient), Is.EqualTo((DmarcPolicy.None, true)), what);
        else if (!verdict.IsTransient)
            Assert.That((verdict.PolicyDomain, verdict.Disposition, verdict.Policy), Is.EqualTo((clean.PolicyDomain, clean.Disposition, clean.Policy)), what);
    }
}
