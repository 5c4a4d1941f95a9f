using EmailAuth.Arc;

namespace EmailAuth.Hosting;

/// <summary>One <see cref="TrustedSealer"/>.</summary>
public sealed class TrustedSealerOptions
{
    /// <summary>The domain of its seals.</summary>
    public string? Domain { get; set; }

    /// <summary>The recipient domains for whose mail it is trusted; empty for all.</summary>
    public IList<string> RecipientDomains { get; } = [];

    /// <summary>The networks from which the message must have come, such as <c>192.0.2.0/24</c>; empty for all.</summary>
    public IList<string> Sources { get; } = [];
}
