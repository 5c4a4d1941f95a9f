using EmailAuth.Dns;
using EmailAuth.Spf;

namespace EmailAuth.Tests.LookAhead;

/// <summary>Asking ahead changes no result, whatever DNS holds and however late its answers come.</summary>
public class EqualityTests
{
    private const int Worlds = 10_000;

    private static readonly StillClock Clock = new();

    private static EmailAuthenticator Authenticator(IDnsResolver dns, int ahead) => new(dns, new EmailAuthenticatorOptions
    {
        TimeProvider = Clock,
        // No question waits for its turn to be sent, so that a verdict goes on as soon as an answer comes.
        Limits = new EmailAuthLimits { Dns = new DnsLimits { MaxQueriesAhead = ahead, MaxParallelQueriesPerMessage = 64, MaxParallelQueriesAhead = 64, MaxQueriesPerMessage = 1_000 } },
    });

    [Test]
    public Task A_verdict_with_asking_ahead_equals_the_one_without_member_by_member() => Task.Run(async () =>
    {
        var messages = await GeneratedWorld.MakeMessagesAsync();
        var statuses = new HashSet<SpfStatus>();
        var (ahead, notNeeded, time, timeWithout) = (0L, 0L, 0L, 0L);
        for (var seed = 1; seed <= Worlds; seed++)
        {
            var world = GeneratedWorld.Of(seed, messages);
            var plain = new DelayingDnsResolver(world.Answer);
            var without = await plain.RunAsync(() => Authenticator(plain, ahead: 0).VerifyAsync(world.Message, world.Session).AsTask());
            var dns = new DelayingDnsResolver(world.Answer);
            // A few may ask hardly anything ahead: a bound is no other result either.
            var with = await dns.RunAsync(() => Authenticator(dns, seed % 10 == 0 ? 3 : 50).VerifyAsync(world.Message, world.Session).AsTask());

            var (expected, actual) = (VerdictText.Of(without), VerdictText.Of(with));
            if (expected != actual)
                Assert.That(actual, Is.EqualTo(expected), $"World {seed}, {world.Session}");
            Assert.That(dns.Now, Is.LessThanOrEqualTo(plain.Now), $"World {seed} takes longer.");
            Assert.That(dns.Asked, Is.SupersetOf(plain.Asked), $"World {seed}");
            Assert.That(with.DnsQueriesNotNeeded, Is.LessThanOrEqualTo(dns.Asked.Count - plain.Asked.Count), $"World {seed}");
            Assert.That(with.DnsQueriesAhead, Is.LessThanOrEqualTo(50));
            statuses.Add(with.Spf.Status);
            ahead += with.DnsQueriesAhead;
            notNeeded += with.DnsQueriesNotNeeded;
            time += dns.Now;
            timeWithout += plain.Now;
        }
        TestContext.Out.WriteLine($"{ahead} asked ahead, {notNeeded} not needed, time {time} instead of {timeWithout}");
        // The worlds show something.
        Assert.That(statuses, Has.Count.EqualTo(7));
        Assert.That(ahead, Is.GreaterThan(Worlds));
        Assert.That(notNeeded, Is.GreaterThan(0));
        Assert.That(time, Is.LessThan(timeWithout * 3 / 4));
    });
}
