namespace EmailAuth.Arc;

/// <summary>The fields of one message that share an instance (RFC 8617 §4.2): of each kind the topmost, and whether there are more.</summary>
internal sealed class ArcSet(int instance)
{
    public int Instance => instance;

    /// <summary>The index of the ARC-Authentication-Results field; -1 if there is none.</summary>
    public int AuthenticationResults { get; private set; } = -1;

    /// <summary>Where, in its value, the authres-payload begins.</summary>
    public int Payload { get; private set; }

    public ArcSignature? MessageSignature { get; private set; }

    public ArcSignature? Seal { get; private set; }

    /// <summary>The name of a field that the set has twice; null if there is none.</summary>
    public string? Repeated { get; private set; }

    public void AddAuthenticationResults(int fieldIndex, int payload)
    {
        if (AuthenticationResults >= 0)
        {
            Repeated ??= ArcFields.AuthenticationResults;
            return;
        }
        AuthenticationResults = fieldIndex;
        Payload = payload;
    }

    public void AddMessageSignature(ArcSignature signature)
    {
        if (MessageSignature is not null)
            Repeated ??= ArcFields.MessageSignature;
        else
            MessageSignature = signature;
    }

    public void AddSeal(ArcSignature seal)
    {
        if (Seal is not null)
            Repeated ??= ArcFields.Seal;
        else
            Seal = seal;
    }

    /// <summary>What the structure of this set breaks (RFC 8617 §5.2 step 3A and 3C).</summary>
    public (ArcReason Reason, string Text) FindFault()
    {
        if (Repeated is not null)
            return (ArcReason.DuplicateField, $"set {instance} has {Repeated} twice; each of its fields must stand once");
        if (AuthenticationResults < 0)
            return (ArcReason.MissingAuthenticationResults, $"set {instance} has no {ArcFields.AuthenticationResults} field");
        if (MessageSignature is null)
            return (ArcReason.MissingMessageSignature, $"set {instance} has no {ArcFields.MessageSignature} field");
        if (Seal is null)
            return (ArcReason.MissingSeal, $"set {instance} has no {ArcFields.Seal} field");
        return FindFault(Seal);
    }

    private (ArcReason Reason, string Text) FindFault(ArcSignature seal)
    {
        // Where the seal is no tag list, the seal itself is what fails.
        if (seal.ChainValidation is null && (seal.Tags is not null || seal.ChainValidationText is not null))
        {
            return (ArcReason.ChainValidationValue, seal.ChainValidationText is { } text
                ? $"the seal of set {instance} says cv={text}; none, pass or fail was expected"
                : $"the seal of set {instance} has no cv=");
        }
        return (seal.ChainValidation, instance) switch
        {
            (ArcChainValidation.Fail, _) => (ArcReason.OlderSealMarkedFailed, $"the seal of set {instance} says cv=fail, yet sets follow it"),
            (ArcChainValidation.Pass, 1) => (ArcReason.FirstSealNotNone, "the seal of set 1 says cv=pass; the first must say cv=none"),
            (ArcChainValidation.None, > 1) => (ArcReason.LaterSealNotPass, $"the seal of set {instance} says cv=none; all but the first must say cv=pass"),
            _ => default,
        };
    }
}
