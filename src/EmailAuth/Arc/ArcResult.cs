using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using EmailAuth.AuthResults;

namespace EmailAuth.Arc;

/// <summary>How the validation of a message's Authenticated Received Chain ended (RFC 8617 §4.4, §5.2). Only a validator makes one.</summary>
public sealed class ArcResult
{
    internal ArcResult(ArcStatus status, ArcReason reason, string text, ArcChain chain, ImmutableArray<ArcSetResult> sets)
    {
        Status = status;
        Reason = reason;
        ReasonText = text;
        Instance = chain.Instance;
        IsMarkedFailed = chain.IsMarkedFailed;
        CanBeSealed = chain.CanBeSealed;
        Sets = sets;
        Mark = chain.Mark;
    }

    /// <summary>That of a message without ARC fields.</summary>
    internal static ArcResult NoChain { get; } = new(ArcStatus.None, ArcReason.NoChain, ArcChain.None.Decided.Text, ArcChain.None, []);

    /// <summary>The Chain Validation Status.</summary>
    public ArcStatus Status { get; }

    /// <summary>The rule that decided.</summary>
    public ArcReason Reason { get; }

    /// <summary>The same for people: what was wrong, where, and what would be right. One sentence, printable.</summary>
    public string ReasonText { get; }

    /// <summary>The highest instance; 0 if there is none.</summary>
    public int Instance { get; }

    /// <summary>
    /// Of a chain that passed the instance of the oldest message signature that still verifies: what the message says has not changed since then. 0 if
    /// all verify (§5.2 step 5). Where there are more than <see cref="ArcLimits.MaxSignaturesVerified"/> allows, the oldest that was verified.
    /// Null unless the chain passed.
    /// </summary>
    public int? OldestPass { get; internal init; }

    /// <summary>The sets that could be told, the oldest first; at most 50.</summary>
    public ImmutableArray<ArcSetResult> Sets { get; }

    /// <summary>
    /// A DNS failure or a budget decided. By §5.2.1 the chain has failed for good; but within the SMTP transaction the receiver may ask the sender to
    /// try again.
    /// </summary>
    public bool IsTransient { get; internal init; }

    /// <summary>The newest seal says <c>cv=fail</c>: nobody may add a set any more (§5.1 step 2).</summary>
    public bool IsMarkedFailed { get; }

    /// <summary>Whether a set may be added: the chain is not marked as failed, it has fewer than 50 sets, and the header block could be read.</summary>
    public bool CanBeSealed { get; }

    /// <summary>Whether the newest message signature covers every From field, so that the author whom people see is the one whom the newest sealer saw.</summary>
    internal bool CoversFrom { get; init; }

    /// <summary>By which the sealer knows the message again.</summary>
    internal ArcChainMark Mark { get; }

    /// <summary>The result as Authentication-Results reports it (§6): <c>arc=pass</c>, with <c>header.oldest-pass</c> if the chain passed.</summary>
    /// <param name="remoteIp">The address of the SMTP client, for <c>smtp.remote-ip</c>; null leaves it out.</param>
    public MethodResult ToMethodResult(IPAddress? remoteIp = null)
    {
        var properties = ImmutableArray.CreateBuilder<AuthenticationResultsProperty>(2);
        if (remoteIp is not null && Status != ArcStatus.None)
            properties.Add(new AuthenticationResultsProperty("smtp", "remote-ip", remoteIp.ToString()));
        if (OldestPass is { } oldest)
            properties.Add(new AuthenticationResultsProperty("header", "oldest-pass", oldest.ToString(CultureInfo.InvariantCulture)));
        return new MethodResult("arc", Status.ToKeyword())
        {
            Comment = Status == ArcStatus.None ? null : string.Create(CultureInfo.InvariantCulture, $"i={Instance}"),
            Reason = Status == ArcStatus.Fail ? ReasonText : null,
            Properties = properties.DrainToImmutable(),
        };
    }

    /// <summary>For people: status and reason.</summary>
    public override string ToString() => $"{Status}: {ReasonText}";
}
