namespace EmailAuth.Spf;

/// <summary>One modifier of a record (RFC 7208 §6). Immutable.</summary>
public sealed class SpfModifier
{
    internal SpfModifier(string name, string value, int position, SpfMacroString? domainSpec)
    {
        Name = name;
        Value = value;
        Position = position;
        DomainSpec = domainSpec;
    }

    /// <summary>The name as it was written; case does not matter.</summary>
    public string Name { get; }

    /// <summary>The value as it was written, macros unexpanded.</summary>
    public string Value { get; }

    /// <summary>The offset of the modifier in its record, in octets.</summary>
    public int Position { get; }

    /// <summary>The modifier as it was written.</summary>
    public string Text => $"{Name}={Value}";

    /// <summary>For "redirect" and "exp"; null for the others.</summary>
    internal SpfMacroString? DomainSpec { get; }

    /// <summary>The modifier as it was written.</summary>
    public override string ToString() => Text;
}
