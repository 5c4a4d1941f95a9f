using EmailAuth.Dns;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EmailAuth.Hosting;

/// <summary>
/// Whether the DNS servers answer now: one question for the root's name servers within two seconds, past every cache, and a look at the caches' own counts. A server
/// that keeps the root zone itself (RFC 8806) answers it when it reaches no other; that messages can be judged it does not say. It names no server and no question,
/// so that its page may be shown to a load balancer.
/// </summary>
internal sealed class EmailAuthHealthCheck(DnsChain chain, TimeProvider time) : IHealthCheck
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(2);

    // The one name that every resolver has an answer to, without asking anybody (RFC 8806).
    private static readonly DnsQuestion Question = new(DomainName.Root, DnsRecordType.NS);

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var status = await AskAsync(cancellationToken).ConfigureAwait(false);
        var data = new Dictionary<string, object>
        {
            ["dns"] = status.ToString(),
            ["cache.entries"] = chain.Cache.EntryCount,
            ["cache.bytes"] = chain.Cache.EstimatedBytes,
        };
        if (chain.Shared is { } shared)
            data["shared_cache"] = shared.IsBypassed ? "bypassed" : "in use";

        if (status.IsTransient())
            return new HealthCheckResult(context.Registration.FailureStatus, $"DNS does not answer: {status}.", data: data);
        if (chain.Cache.EntryCount > chain.Options.MaxEntries + Slack || chain.Cache.EstimatedBytes > chain.Options.MaxBytes)
            return HealthCheckResult.Degraded("The DNS cache is over its bounds.", data: data);
        return chain.Shared is { IsBypassed: true }
            ? HealthCheckResult.Degraded("The shared DNS cache does not answer; the servers are asked.", data: data)
            : HealthCheckResult.Healthy("DNS answers.", data);
    }

    /// <summary>The cache makes room after an entry has come in.</summary>
    private static int Slack => 2 * Environment.ProcessorCount;

    private async Task<DnsStatus> AskAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var query = chain.Upstream.QueryAsync(Question, limit.Token).AsTask();
            return (await query.WaitAsync(TimeLimit, time, cancellationToken).ConfigureAwait(false)).Status;
        }
        catch (TimeoutException)
        {
            return DnsStatus.Timeout;
        }
#pragma warning disable CA1031 // A resolver of the host's own: whatever it throws is an answer.
        catch (Exception)
#pragma warning restore CA1031
        {
            cancellationToken.ThrowIfCancellationRequested();
            return DnsStatus.ResolverError;
        }
        finally
        {
            await limit.CancelAsync().ConfigureAwait(false);
        }
    }
}
