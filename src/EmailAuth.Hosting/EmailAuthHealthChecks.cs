using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EmailAuth.Hosting;

/// <summary>Adds EmailAuth to a host's health checks.</summary>
public static class EmailAuthHealthChecks
{
    /// <summary>
    /// Adds a health check: whether DNS answers a question for the root's name servers within two seconds, and whether the caches are within their bounds. A shared
    /// cache that does not answer makes it degraded: messages are judged all the same. A server that keeps the root zone itself (RFC 8806) answers even while it
    /// reaches no other: whether messages can be judged, the metrics tell.
    /// </summary>
    /// <param name="builder">What <c>services.AddHealthChecks()</c> returns.</param>
    /// <param name="name">The name of the check.</param>
    /// <param name="failureStatus">What it is when DNS does not answer; null for unhealthy.</param>
    /// <param name="tags">Tags, to choose checks by.</param>
    public static IHealthChecksBuilder AddEmailAuth(
        this IHealthChecksBuilder builder, string name = "emailauth", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name, static services => new EmailAuthHealthCheck(services.GetRequiredService<DnsChain>(), EmailAuthServices.TimeOf(services)), failureStatus, tags));
    }
}
