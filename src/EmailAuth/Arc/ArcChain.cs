using EmailAuth.Message;
using EmailAuth.Signatures;

namespace EmailAuth.Arc;

/// <summary>
/// The Authenticated Received Chain of a message as its header block shows it: the sets, and whether their structure holds
/// (RFC 8617 §5.2 steps 1 to 3). No key is asked for here.
/// </summary>
internal sealed class ArcChain
{
    private const int MostFields = ArcLimits.MostSets * 3;

    /// <summary>That of a message without ARC fields.</summary>
    public static readonly ArcChain None = new() { Decided = (ArcReason.NoChain, "the message has no ARC fields") };

    private ArcSet?[] _sets = [];
    private (ArcReason Reason, string Text) _instanceFault;

    private ArcChain()
    {
    }

    /// <summary>How many ARC fields there are.</summary>
    public int FieldCount { get; private set; }

    /// <summary>The highest instance; 0 if none can be read.</summary>
    public int Instance { get; private set; }

    /// <summary>What decides the chain's status without any key; <see cref="ArcReason.None"/> if the signatures decide.</summary>
    public (ArcReason Reason, string Text) Decided { get; private set; }

    /// <summary>Whether the newest seal says cv=fail: nobody may seal the message again (RFC 8617 §5.1 step 2).</summary>
    public bool IsMarkedFailed => Instance > 0 && this[Instance]?.Seal?.ChainValidation == ArcChainValidation.Fail;

    /// <summary>Whether a set may follow (RFC 8617 §5.1 steps 2 and 3): the chain is not marked as failed, and an instance is left.</summary>
    public bool CanBeSealed => !IsMarkedFailed && Instance < ArcLimits.MostSets && FieldCount <= MostFields && Decided.Reason != ArcReason.HeaderNotRead;

    /// <summary>What tells this chain from another.</summary>
    public ArcChainMark Mark => new(FieldCount, Instance, Instance == 0 ? null : this[Instance]?.Seal?.Tags?.SignatureOctets);

    /// <summary>The set of that instance, or null.</summary>
    public ArcSet? this[int instance] => _sets[instance - 1];

    public static ArcChain Read(HeaderBlock header, ArcOptions options)
    {
        if (header.Defect != MessageDefect.None)
            return new ArcChain { Decided = (ArcReason.HeaderNotRead, $"the header block was not read: {header.Defect}") };
        var fields = CountFields(header);
        if (fields == 0)
            return None;
        var chain = new ArcChain { FieldCount = fields };
        chain.Collect(header, options);
        return chain;
    }

    private void Collect(HeaderBlock header, ArcOptions options)
    {
        // Counted before any field is read, and before any key is asked for.
        if (FieldCount > MostFields)
        {
            Decided = TooManySets(options);
            return;
        }
        _sets = new ArcSet?[ArcLimits.MostSets];
        var fields = header.Fields;
        for (var i = 0; i < fields.Length; i++)
            Add(header, i, options);
        Decided = Instance > options.Limits.MaxSets || FieldCount > options.Limits.MaxSets * 3 ? TooManySets(options) : FindFault(header, options);
    }

    private static (ArcReason, string) TooManySets(ArcOptions options) =>
        (ArcReason.TooManySets, $"there are more than {options.Limits.MaxSets} sets");

    public static int CountFields(HeaderBlock header)
    {
        var count = 0;
        foreach (ref readonly var field in header.Fields)
        {
            if (ArcFields.KindOf(header, field) != ArcFieldKind.None)
                count++;
        }
        return count;
    }

    private void Add(HeaderBlock header, int index, ArcOptions options)
    {
        switch (ArcFields.KindOf(header, header.Fields[index]))
        {
            case ArcFieldKind.None:
                break;
            case ArcFieldKind.AuthenticationResults:
                var fault = ArcInstance.ReadPrefix(header.Value(header.Fields[index]), out var instance, out var payload);
                SetOf(ArcFields.AuthenticationResults, instance, fault)?.AddAuthenticationResults(index, payload);
                break;
            case ArcFieldKind.MessageSignature:
                var signature = ArcSignature.Read(SignatureKind.ArcMessage, header.FieldAt(index).RawValue, index, options);
                SetOf(ArcFields.MessageSignature, signature.Instance, signature.InstanceFault)?.AddMessageSignature(signature);
                break;
            case ArcFieldKind.Seal:
                var seal = ArcSignature.Read(SignatureKind.Seal, header.FieldAt(index).RawValue, index, options);
                SetOf(ArcFields.Seal, seal.Instance, seal.InstanceFault)?.AddSeal(seal);
                break;
        }
    }

    private ArcSet? SetOf(string fieldName, int instance, ArcReason fault)
    {
        if (fault != ArcReason.None)
        {
            if (_instanceFault.Reason == ArcReason.None)
            {
                _instanceFault = (fault, fault == ArcReason.InstanceRange
                    ? $"an {fieldName} field has an instance outside 1 to {ArcLimits.MostSets}"
                    : $"an {fieldName} field has no instance that can be read; i= and a number without leading zeros was expected");
            }
            return null;
        }
        Instance = Math.Max(Instance, instance);
        return _sets[instance - 1] ??= new ArcSet(instance);
    }

    private (ArcReason, string) FindFault(HeaderBlock header, ArcOptions options)
    {
        // RFC 8617 §5.2 step 2, before the structure is looked at.
        if (IsMarkedFailed)
            return (ArcReason.MarkedFailed, $"the newest seal, of set {Instance}, says cv=fail: the chain was broken before");
        if (_instanceFault.Reason != ArcReason.None)
            return _instanceFault;
        for (var instance = 1; instance <= Instance; instance++)
        {
            if (this[instance] is not { } set)
                return (ArcReason.InstanceGap, $"there is no set {instance}, though one is numbered {Instance}");
            if (set.FindFault() is { Reason: not ArcReason.None } fault)
                return fault;
        }
        if (header.HasBareLineEnd && !options.AcceptBareLineEnds)
            return (ArcReason.BareLineEnd, "a CR without LF, or an LF without CR, stands in the header block: programs differ in the fields they see");
        return default;
    }
}
