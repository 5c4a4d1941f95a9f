using System.Net;
using System.Text;
using EmailAuth.Dns;
using EmailAuth.Spf;

namespace EmailAuth.Fuzz.Targets;

/// <summary>
/// A macro-string (RFC 7208 §7), read and expanded next to a slow expansion with strings. The first line of the input is the macro-string, the
/// second the sender, the third the name given with HELO.
/// </summary>
internal sealed class SpfMacroTarget : FuzzTarget
{
    private static readonly DomainName Domain = DomainName.Parse("email.example.com");

    private static readonly SpfOptions Options = new() { ReceiverName = "mx.example.org", TimeProvider = new FixedTime() };

    public override string Name => "spf-macro";

    protected override string[] SeedTexts =>
    [
        "%{ir}.%{v}._spf.%{d2}\nstrong-bad@email.example.com\nmail.example.com",
        "%{lr-}.lp.%{L1r+-}.%{S}._spf.%{o}\nuser+tag.x_y=z/,@sub.example.net\nhelo.example",
        "%{h}%%%_%-.%{p}.example.com\n<>\nh",
        "%{c} is not one of %{d}'s designated mail servers, %{R} %{t}\n\"a b\"@ex\u00C3\u00A4mple.com\nmail",
        "%{d128}.%{D1R.-+,/_=}.com.\nx@y.example\nz",
    ];

    public override string[] Tokens =>
    [
        "%{", "}", "%%", "%_", "%-", "%", "%{s}", "%{l}", "%{o}", "%{d}", "%{i}", "%{p}", "%{v}", "%{h}", "%{c}", "%{r}", "%{t}", "%{S}", "%{L}", "%{l1r-}", "%{ir}", "r", "0", "1", "128", "129", "999",
        ".", "-", "+", ",", "/", "_", "=", "\n", " ", "@", "\"", ".example.com", ".com.", "\u00C3\u00A4", "\x80", "\0", "..", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ];

    public override void Run(ReadOnlySpan<byte> input)
    {
        var text = Line(ref input);
        var mailFrom = Syntax.Octets.ToText(Line(ref input));
        var helo = Syntax.Octets.ToText(Line(ref input));
        var budget = new AllocationBudget(text.Length);
        var isSpec = SpfMacroReader.TryReadDomainSpec(text, 7, out var spec, out var error);
        var isString = SpfMacroReader.TryReadMacroString(text, 7, out var stringError);
        var isExplanation = SpfMacroReader.TryReadExplanation(text, out var explanation);
        budget.Check();
        foreach (var one in new[] { error, stringError })
        {
            if (one is not null)
                Promise.IsSound(one, text.Length + 7);
        }
        Promise.That(isSpec == error is null && isString == stringError is null);
        Promise.That(isString || !isExplanation, "what is no macro-string is no explanation");
        // The explanation's letters are more, and the domain-spec's end is bound: nothing that is one may fail to be a macro-string.
        Promise.That(isString || !isSpec);

        var sender = SpfIdentity.OfMailFrom(mailFrom, helo);
        if (sender.Domain is null)
            sender = SpfIdentity.OfMailFrom("strong-bad@email.example.com", "mail.example.com");
        foreach (var address in (ReadOnlySpan<string>)["192.0.2.3", "2001:db8::cb01", "::ffff:192.0.2.3"])
        {
            var values = new SpfMacroValues { Sender = sender, Domain = Domain, Client = new SpfClient(IPAddress.Parse(address)), Helo = helo, Options = Options };
            if (spec is not null)
                CheckName(spec, text, values);
            if (explanation is not null)
                CheckText(explanation, text, values);
        }
    }

    private static ReadOnlySpan<byte> Line(ref ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf((byte)'\n');
        var line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return line;
    }

    private static void CheckName(SpfMacroString spec, ReadOnlySpan<byte> text, in SpfMacroValues values)
    {
        var isName = spec.TryExpandName(values, out var name);
        // A value that cannot be used is none where it is kept, and none of its business where it would be cut off.
        var whole = Expand(text, values) ?? (isName ? Expand(text, values, unusable: new string('x', DomainName.MaxLength * 2)) : null);
        if (whole is not null)
        {
            // RFC 7208 §7.3: whole labels go from the left until at most 253 octets are left.
            while (whole.TrimEnd('.').Length > DomainName.MaxLength && whole.Length - (whole.EndsWith('.') ? 1 : 0) > DomainName.MaxLength)
            {
                var dot = whole.IndexOf('.', StringComparison.Ordinal);
                if (dot < 0 || dot == whole.Length - 1)
                    break;
                whole = whole[(dot + 1)..];
            }
        }
        DomainName? expected = null;
        var isExpected = whole is not null && DomainName.TryParseQueryName(Encoding.Latin1.GetBytes(whole), out expected);
        Promise.That(isName == isExpected && name == expected, $"{name} instead of {expected} ({whole})");
        Promise.That(!spec.IsLiteral || spec.LiteralName == name);
    }

    private static void CheckText(SpfMacroString explanation, ReadOnlySpan<byte> text, in SpfMacroValues values)
    {
        var written = explanation.ExpandText(values);
        var expected = Expand(text, values);
        if (expected is not null && (expected.Length > SpfLimits.MaxExplanationLength || expected.Any(character => character is < ' ' or > '~')))
            expected = null;
        Promise.That(written == expected, $"{written} instead of {expected}");
        if (written is not null)
            Promise.IsPrintable(written);
    }

    /// <summary>Straight from RFC 7208 §7.2 and §7.3, each character an octet; null where a value cannot be used.</summary>
    private static string? Expand(ReadOnlySpan<byte> octets, in SpfMacroValues values, string? unusable = null)
    {
        var text = Encoding.Latin1.GetString(octets);
        var expanded = new StringBuilder();
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] != '%')
            {
                expanded.Append(text[at]);
                continue;
            }
            switch (text[++at])
            {
                case '%':
                    expanded.Append('%');
                    break;
                case '_':
                    expanded.Append(' ');
                    break;
                case '-':
                    expanded.Append("%20");
                    break;
                default:
                    var end = text.IndexOf('}', at);
                    if ((ExpandMacro(text[(at + 1)..end], values) ?? unusable) is not { } value)
                        return null;
                    expanded.Append(value);
                    at = end;
                    break;
            }
        }
        return expanded.ToString();
    }

    private static string? ExpandMacro(string macro, in SpfMacroValues values)
    {
        if (ValueOf(char.ToLowerInvariant(macro[0]), values) is not { } value)
            return null;
        var rest = macro[1..];
        var digits = string.Concat(rest.TakeWhile(char.IsAsciiDigit));
        rest = rest[digits.Length..];
        var isReversed = rest.StartsWith('r') || rest.StartsWith('R');
        var delimiters = isReversed ? rest[1..] : rest;
        if (digits.Length > 0 || isReversed || delimiters.Length > 0)
        {
            var parts = value.Split((delimiters.Length == 0 ? "." : delimiters).ToCharArray()).AsEnumerable();
            if (isReversed)
                parts = parts.Reverse();
            if (digits.Length > 0)
                parts = parts.TakeLast(int.Parse(digits, System.Globalization.CultureInfo.InvariantCulture));
            value = string.Join('.', parts);
        }
        if (!char.IsAsciiLetterUpper(macro[0]))
            return value;
        return string.Concat(value.Select(character => char.IsAsciiLetterOrDigit(character) || "-._~".Contains(character, StringComparison.Ordinal) ? character.ToString() : $"%{(int)character:X2}"));
    }

    private static string? ValueOf(char letter, in SpfMacroValues values)
    {
        var at = values.Sender.Text.LastIndexOf('@');
        // As it was written where that is ASCII (RFC 8616 §4).
        var domain = values.Sender.Text[(at + 1)..];
        domain = !System.Text.Ascii.IsValid(domain) ? values.Sender.Domain!.ToString() : domain.EndsWith('.') ? domain[..^1] : domain;
        return letter switch
        {
            's' => $"{Octets(values.Sender.Text[..at])}@{domain}",
            'l' => Octets(values.Sender.Text[..at]),
            'o' => domain,
            'd' => Domain.ToString(),
            'i' => values.Client.IsIpv4 ? values.Client.Address.ToString() : string.Join('.', Convert.ToHexString(values.Client.Address.GetAddressBytes()).ToCharArray()),
            'p' => "unknown",
            'v' => values.Client.IsIpv4 ? "in-addr" : "ip6",
            'h' => values.Helo.Length <= SpfLimits.MaxHeloLength ? Octets(values.Helo) : null,
            'c' => values.Client.Address.ToString(),
            'r' => Options.ReceiverName,
            _ => "1780000000",
        };
    }

    private static string Octets(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(1_780_000_000);
    }
}
