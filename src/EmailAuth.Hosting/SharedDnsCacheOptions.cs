using System.Collections.Immutable;

namespace EmailAuth.Hosting;

/// <summary>How a <see cref="SharedCacheDnsResolver"/> uses the shared cache. Values are checked when they are set.</summary>
public sealed record SharedDnsCacheOptions
{
    /// <summary>The fewest octets that <see cref="Secret"/> may have.</summary>
    public const int MinSecretOctets = 32;

    /// <summary>The defaults.</summary>
    public static SharedDnsCacheOptions Default { get; } = new();

    /// <summary>
    /// What the keys of the entries begin with: <c>emailauth:dns:</c> unless set. Processes with the same prefix share. 1 to 100 printable ASCII
    /// characters, no space.
    /// </summary>
    public string KeyPrefix
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value.Length is 0 or > 100 || value.AsSpan().ContainsAnyExceptInRange('!', '~'))
                throw new ArgumentException("It is 1 to 100 printable ASCII characters without a space", nameof(value));
            field = value;
        }
    } = "emailauth:dns:";

    /// <summary>
    /// A secret of all processes that share; <see cref="MinSecretOctets"/> or more random octets. With it every entry bears a code (HMAC-SHA-256,
    /// RFC 2104) over its question and its answer, and what bears none or a wrong one is ignored. Empty, the default, for none: then
    /// <b>whoever can write to the cache decides who passes SPF, DKIM and DMARC</b>, as whoever can write to the DNS server does.
    /// </summary>
    public ImmutableArray<byte> Secret
    {
        get;
        init
        {
            if (!value.IsDefaultOrEmpty && value.Length < MinSecretOctets)
                throw new ArgumentException($"It has {MinSecretOctets} octets or more", nameof(value));
            field = value.IsDefault ? [] : value;
        }
    } = [];

    /// <summary>
    /// How long one look-up may take; then the servers are asked, and the cache is left alone for a while. 100 ms; 1 ms to 2 s.
    /// A question that nobody asked before waits so long once when the cache stops answering, and no other does.
    /// </summary>
    public TimeSpan LookupTimeLimit { get; init => field = Checked(value, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(2), nameof(LookupTimeLimit)); } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The longest time for which a cache that failed is left alone before it is tried again, in the background. It begins with one second and doubles.
    /// 1 min; 1 s to 1 h.
    /// </summary>
    public TimeSpan MaxBypassTime { get; init => field = Checked(value, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), nameof(MaxBypassTime)); } = TimeSpan.FromMinutes(1);

    /// <summary>Whether the AD flag of a shared answer counts (<see cref="Dns.DnsClientOptions.TrustsAuthenticatedData"/>). Off.</summary>
    public bool TrustsAuthenticatedData { get; init; }

    // What a record prints must not be the secret (of which an ImmutableArray would print its type only, today).
    private bool PrintMembers(System.Text.StringBuilder builder)
    {
        builder.Append(System.Globalization.CultureInfo.InvariantCulture, $"KeyPrefix = {KeyPrefix}, LookupTimeLimit = {LookupTimeLimit}, MaxBypassTime = {MaxBypassTime}");
        return true;
    }

    private static TimeSpan Checked(TimeSpan value, TimeSpan least, TimeSpan most, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, most, name);
        return value;
    }
}
