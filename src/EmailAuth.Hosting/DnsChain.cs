using EmailAuth.Dns;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EmailAuth.Hosting;

/// <summary>The resolvers of the process, each behind the one before: its cache, the shared cache if there is one, and what asks the servers.</summary>
internal sealed class DnsChain : IDisposable
{
    public DnsChain(IServiceProvider services, CheckedOptions options)
    {
        var time = services.GetService<TimeProvider>();
        Options = options.Cache;
        Upstream = services.GetRequiredKeyedService<IDnsResolver>(EmailAuthServices.Upstream);
        if (options.SharedCache is { } shared)
        {
            Shared = new SharedCacheDnsResolver(
                Upstream, services.GetRequiredService<IDistributedCache>(), shared, time, services.GetService<ILogger<SharedCacheDnsResolver>>());
        }
        Cache = new CachingDnsResolver(Shared ?? Upstream, options.Cache, time);
    }

    public DnsCacheOptions Options { get; }

    public IDnsResolver Upstream { get; }

    public SharedCacheDnsResolver? Shared { get; }

    public CachingDnsResolver Cache { get; }

    public void Dispose() => Cache.Dispose();
}
