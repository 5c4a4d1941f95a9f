using EmailAuth.Dns;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EmailAuth.Hosting.Tests;

/// <summary>What a load balancer hears.</summary>
public class EmailAuthHealthCheckTests
{
    private sealed class Upstream(Func<CancellationToken, Task<DnsAnswer>> answer) : IDnsResolver
    {
        public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default) => new(answer(cancellationToken));
    }

    private static async Task<HealthReportEntry> CheckAsync(Func<CancellationToken, Task<DnsAnswer>> answer, SharedMemory? shared = null, HealthStatus? failureStatus = null)
    {
        using var host = TestHost.Build(services =>
        {
            services.AddEmailAuth(options => options.SharedCache.Enabled = shared is not null)
                .AddKeyedSingleton<IDnsResolver>(EmailAuthServices.Upstream, new Upstream(answer));
            if (shared is not null)
                services.AddSingleton<IDistributedCache>(shared);
            services.AddHealthChecks().AddEmailAuth(failureStatus: failureStatus);
        });
        if (shared is not null)
            await host.VerifyAsync();
        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        return report.Entries["emailauth"];
    }

    [TestCase(DnsStatus.NoData, HealthStatus.Healthy)]
    [TestCase(DnsStatus.NxDomain, HealthStatus.Healthy)]
    [TestCase(DnsStatus.ServFail, HealthStatus.Unhealthy)]
    [TestCase(DnsStatus.Refused, HealthStatus.Unhealthy)]
    [TestCase(DnsStatus.Timeout, HealthStatus.Unhealthy)]
    public async Task It_is_healthy_while_dns_answers(DnsStatus status, HealthStatus expected)
    {
        var entry = await CheckAsync(_ => Task.FromResult(DnsAnswer.NoRecords(status)));
        Assert.That(entry.Status, Is.EqualTo(expected));
        Assert.That(entry.Data["dns"], Is.EqualTo(status.ToString()));
        Assert.That(entry.Data.Keys, Is.EquivalentTo(new[] { "dns", "cache.entries", "cache.bytes" }));
    }

    [Test]
    public async Task A_resolver_that_throws_is_unhealthy_and_its_text_is_not_told()
    {
        var entry = await CheckAsync(_ => throw new InvalidOperationException("10.1.2.3"), failureStatus: HealthStatus.Degraded);
        Assert.That(entry.Status, Is.EqualTo(HealthStatus.Degraded));
        Assert.That(entry.Description + entry.Exception + string.Join(' ', entry.Data), Does.Not.Contain("10.1.2.3"));
    }

    [Test]
    public async Task A_shared_cache_that_fails_makes_it_degraded()
    {
        var shared = new SharedMemory { OnGet = _ => throw new TimeoutException() };
        var entry = await CheckAsync(_ => Task.FromResult(DnsAnswer.NoRecords(DnsStatus.NoData)), shared);
        Assert.That(entry.Status, Is.EqualTo(HealthStatus.Degraded));
        Assert.That(entry.Data["shared_cache"], Is.EqualTo("bypassed"));
    }
}
