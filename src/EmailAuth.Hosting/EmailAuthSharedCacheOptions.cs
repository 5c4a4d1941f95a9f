namespace EmailAuth.Hosting;

/// <summary>
/// The DNS cache that processes share through the host's <see cref="Microsoft.Extensions.Caching.Distributed.IDistributedCache"/>, such as Redis. What is null
/// has the default of <see cref="SharedDnsCacheOptions"/>.
/// </summary>
public sealed class EmailAuthSharedCacheOptions
{
    /// <summary>Whether there is one. Off.</summary>
    public bool Enabled { get; set; }

    /// <inheritdoc cref="SharedDnsCacheOptions.KeyPrefix"/>
    public string? KeyPrefix { get; set; }

    /// <summary>
    /// <see cref="SharedDnsCacheOptions.Secret"/> in base64, 32 octets or more, the same for all: <c>openssl rand -base64 32</c> makes one. It belongs into a
    /// store for secrets, not into a file beside the program.
    /// </summary>
    public string? Secret { get; set; }

    /// <inheritdoc cref="SharedDnsCacheOptions.LookupTimeLimit"/>
    public TimeSpan? LookupTimeLimit { get; set; }

    /// <inheritdoc cref="SharedDnsCacheOptions.MaxBypassTime"/>
    public TimeSpan? MaxBypassTime { get; set; }
}
