using EmailAuth.Dns;

namespace EmailAuth.Fuzz.Targets;

/// <summary>A domain name in ASCII or UTF-8 (RFC 1035 §2.3.4, RFC 5890): what is read can be written and read again.</summary>
internal sealed class DomainNameTarget : FuzzTarget
{
    public override string Name => "domain-name";

    public override int Share => 20;

    protected override string[] SeedTexts =>
    [
        "mail.example.com",
        "_dmarc.EXAMPLE.com.",
        "b\u00C3\u00BCcher.example",
        "\u00E4\u00BE\u008B\u00E3\u0081\u0088\u00E3\u0080\u0082\u00E3\u0083\u0086\u00E3\u0082\u00B9\u00E3\u0083\u0088",
        "xn--bcher-kva.example",
        new string('a', 63) + "." + new string('b', 63) + "." + new string('c', 63) + "." + new string('d', 61),
    ];

    public override string[] Tokens =>
        [".", "..", "xn--", "xn--a", "-", "_", " ", "\0", "\u00C3\u00BC", "\u00E3\u0080\u0082", "\u00EF\u00BC\u008E", "\u00E2\u0080\u008D", "\u00D7\u0090", "\u00CC\u0080", "\xff", "\xf0\x9f\x98\x80", "%", "@", "a", "\u00E2\u0084\u00AA", "\u00C3\u009F"];

    public override void Run(ReadOnlySpan<byte> input)
    {
        var budget = new AllocationBudget(input.Length);
        var isName = DomainName.TryParse(input, out var name);
        var isQueryName = DomainName.TryParseQueryName(input, out var queryName);
        budget.Check();
        if (isName)
        {
            Check(name!);
            Promise.That(name!.IsHostName && DomainName.TryParse(name.Octets, out var again) && again == name);
            Promise.That(DomainName.TryParse($"{name}.", out again) && again == name);
            Promise.That(DomainName.TryParse(Syntax.Octets.ToText(input), out again) && again == name);
        }
        if (isQueryName)
        {
            Check(queryName!);
            Promise.That(DomainName.TryParseQueryName(queryName!.Octets, out var again) && again == queryName);
            Promise.That(queryName.IsHostName == (isName && name == queryName));
        }
    }

    private static void Check(DomainName name)
    {
        Promise.That(name.Octets.Length is > 0 and <= DomainName.MaxLength);
        Promise.That(!name.Octets.ContainsAnyInRange((byte)'A', (byte)'Z') && System.Text.Ascii.IsValid(name.Octets));
        var labels = name.ToString().Split('.');
        Promise.That(labels.Length == name.LabelCount && labels.All(label => label.Length is > 0 and <= DomainName.MaxLabelLength));
        Promise.That(name.IsAtOrBelow(name.Parent!) && !name.Parent!.IsAtOrBelow(name));
    }
}
