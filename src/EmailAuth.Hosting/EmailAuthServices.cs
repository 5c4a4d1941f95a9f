using EmailAuth.Dns;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace EmailAuth.Hosting;

/// <summary>Brings EmailAuth into a host.</summary>
/// <remarks>
/// <para>What a host then has, each once for the process: <see cref="EmailAuthenticator"/>, which logs a line a verdict; <see cref="CachingDnsResolver"/>, also as
/// <see cref="IDnsResolver"/>, for its own questions; and <see cref="EmailAuthenticatorOptions"/>.</para>
/// <para>What a host may put in their stead, before or after the call: an <see cref="EmailAuthenticatorOptions"/> of its own, for what has no setting; an
/// <see cref="IDnsResolver"/> under the key <see cref="Upstream"/>, which then answers in the servers' stead; a <see cref="TimeProvider"/>; and any number of
/// <see cref="IVerdictObserver"/> beside the one that logs (unless it brings its own options, which name their own observer).</para>
/// <para>Meters: <see cref="EmailAuthMetrics.MeterName"/>, <see cref="DnsMetrics.MeterName"/>, <see cref="SharedCacheMetrics.MeterName"/>. Activities:
/// <see cref="EmailAuthMetrics.ActivitySourceName"/>.</para>
/// </remarks>
public static class EmailAuthServices
{
    /// <summary>The key of the <see cref="IDnsResolver"/> behind the caches. Registered by the host, it answers instead of the servers.</summary>
    public const string Upstream = "EmailAuth.Upstream";

    /// <summary>Adds EmailAuth with the settings of a section, such as <c>configuration.GetSection("EmailAuth")</c>.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="section">The section: see <see cref="EmailAuthOptions"/>. Keys that are not known are errors.</param>
    public static IServiceCollection AddEmailAuth(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        services.AddSingleton<IConfigureOptions<EmailAuthOptions>>(new ConfigurationSettings(section));
        return Add(services);
    }

    /// <summary>Adds EmailAuth with settings made in code; also after the other overload, to refine what a section says.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Makes the settings.</param>
    public static IServiceCollection AddEmailAuth(this IServiceCollection services, Action<EmailAuthOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.Configure(configure);
        return Add(services);
    }

    /// <summary>Adds EmailAuth with the library's defaults: it asks the servers that the system names.</summary>
    /// <param name="services">The host's services.</param>
    public static IServiceCollection AddEmailAuth(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return Add(services);
    }

    private static IServiceCollection Add(IServiceCollection services)
    {
        services.AddOptions<EmailAuthOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<EmailAuthOptions>, EmailAuthOptionsValidator>());
        services.TryAddSingleton(static services => CheckedOptions.Of(services.GetRequiredService<IOptions<EmailAuthOptions>>().Value));
        services.TryAddKeyedSingleton<IDnsResolver>(Upstream, static (services, _) => MakeUpstream(services));
        services.TryAddSingleton(static services => new DnsChain(services, services.GetRequiredService<CheckedOptions>()));
        services.TryAddSingleton(static services => services.GetRequiredService<DnsChain>().Cache);
        services.TryAddSingleton<IDnsResolver>(static services => services.GetRequiredService<DnsChain>().Cache);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IVerdictObserver, VerdictLogger>(static services => MakeLogger(services)));
        services.TryAddSingleton(static services => services.GetRequiredService<CheckedOptions>().Authenticator with
        {
            TimeProvider = TimeOf(services),
            Observer = new VerdictObservers([.. services.GetServices<IVerdictObserver>()]),
        });
        services.TryAddSingleton(static services =>
            new EmailAuthenticator(services.GetRequiredService<DnsChain>().Cache, services.GetRequiredService<EmailAuthenticatorOptions>()));
        return services;
    }

    private static IDnsResolver MakeUpstream(IServiceProvider services)
    {
        var options = services.GetRequiredService<CheckedOptions>();
        return options.Zone is { } zone ? zone : new DnsClientResolver(options.Client, services.GetService<TimeProvider>());
    }

    private static VerdictLogger MakeLogger(IServiceProvider services) => new(
        services.GetService<ILogger<EmailAuthenticator>>() ?? NullLogger<EmailAuthenticator>.Instance,
        services.GetRequiredService<IOptions<EmailAuthOptions>>().Value.LogAddresses);

    internal static TimeProvider TimeOf(IServiceProvider services) => services.GetService<TimeProvider>() ?? TimeProvider.System;
}
