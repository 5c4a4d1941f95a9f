namespace EmailAuth.Dns;

/// <summary>
/// Answers DNS questions. Every protocol asks through this one method, so that a cache, a budget, a recorder or a set of test answers
/// is one small class around another resolver.
/// </summary>
/// <remarks>
/// An implementation reports failures as answers (<see cref="DnsStatusExtensions.IsTransient"/>), follows CNAME records, and returns
/// records of the asked type only. It throws <see cref="OperationCanceledException"/> when the caller's token is cancelled, and nothing else;
/// whatever else it throws is read as <see cref="DnsStatus.ResolverError"/>. It must be safe to call from many threads at once.
/// </remarks>
public interface IDnsResolver
{
    /// <summary>Asks one question.</summary>
    /// <param name="question">What to ask.</param>
    /// <param name="cancellationToken">The caller leaves; others that wait for the same answer do not.</param>
    ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default);
}
