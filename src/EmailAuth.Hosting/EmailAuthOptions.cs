namespace EmailAuth.Hosting;

/// <summary>
/// The settings of <see cref="EmailAuthServices.AddEmailAuth(Microsoft.Extensions.DependencyInjection.IServiceCollection, Microsoft.Extensions.Configuration.IConfiguration)"/>,
/// for a section of the configuration or for code. What is null has the library's default. They are read once, when the host starts, and it does not start with
/// one that cannot be used.
/// </summary>
/// <example><code>
/// "EmailAuth": {
///   "AuthservId": "mx.example.net",
///   "Dns": { "Servers": [ "127.0.0.1" ], "TrustsAuthenticatedData": true },
///   "Cache": { "MaxBytes": 268435456, "RefreshesAhead": true },
///   "SharedCache": { "Enabled": true },
///   "Verification": { "TrustedSealers": [ { "Domain": "lists.example.org" } ] }
/// }
/// </code></example>
public sealed class EmailAuthOptions
{
    /// <summary>Whom to ask for DNS, how, and how much.</summary>
    public EmailAuthDnsOptions Dns { get; } = new();

    /// <summary>The cache of this process.</summary>
    public EmailAuthCacheOptions Cache { get; } = new();

    /// <summary>The cache that processes share.</summary>
    public EmailAuthSharedCacheOptions SharedCache { get; } = new();

    /// <summary>How messages are judged.</summary>
    public EmailAuthVerificationOptions Verification { get; } = new();

    /// <summary>
    /// The name under which this receiver writes Authentication-Results (RFC 8601 §2.5), such as <c>mx.example.net</c>: for the host's own calls of
    /// <see cref="VerificationResult.ToAuthenticationResults"/>. Null, the default, if the host has it elsewhere.
    /// </summary>
    public string? AuthservId { get; set; }

    /// <summary>
    /// Whether log lines may tell people's addresses: the client's IP address, the HELO name, the reverse-path, and the texts that quote them. Off:
    /// they tell domains and results only.
    /// </summary>
    public bool LogAddresses { get; set; }

    /// <summary>Where the settings stand in the configuration, for error messages.</summary>
    internal string Path { get; set; } = "EmailAuth";

    /// <summary>What the configuration had that could not be read at all.</summary>
    internal IList<string> Faults { get; } = [];
}
