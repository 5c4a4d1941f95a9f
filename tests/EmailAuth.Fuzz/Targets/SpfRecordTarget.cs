using EmailAuth.Spf;
using EmailAuth.Syntax;

namespace EmailAuth.Fuzz.Targets;

/// <summary>An SPF record (RFC 7208 §12): read, and judged by its linter.</summary>
internal sealed class SpfRecordTarget : FuzzTarget
{
    public override string Name => "spf-record";

    protected override string[] SeedTexts =>
    [
        "v=spf1 a mx:%{d}/24//64 ip4:192.0.2.0/24 ip6:2001:db8::/32 include:%{i}.%{l1r+-}._spf.%{d2} -all",
        "v=spf1 exists:%{S}.%{h}.%{v}%%%_%- ptr:%{p} redirect=%{o}.example.com exp=%{ir}.example.com",
        "v=spf1 +include:a.example.com ?include:b.example.com ~exists:%{p}.c.example.com x=y -all",
        "V=SPF1 mx a:host.example.com. ip6:::ffff:192.0.2.1/128  redirect=_spf.example.com  ",
        "v=spf1 a/0 mx//128 ptr ip4:0.0.0.0/0 unknown-modifier=%{c}%{r}%{t} ~all",
    ];

    public override string[] Tokens =>
    [
        "v=spf1", " ", "  ", "all", "-all", "~", "?", "+", "a", "mx", "ptr", "ip4:", "ip6:", "include:", "exists:", "redirect=", "exp=", "%{", "}", "%", "%%", "%_", "%-", "%{d}", "%{l1r-}", "%{ir}.%{v}",
        "/", "//", "/24", "/33", "/032", "//129", ":", "=", ".", "192.0.2.1", "2001:db8::", "::ffff:192.0.2.1", "_spf.example.com", "\t", "\0", "\xe4", "r", "128", "99999999999", "xn--",
    ];

    public override void Run(ReadOnlySpan<byte> input)
    {
        var octets = input.ToArray();
        var budget = new AllocationBudget(input.Length);
        var isRead = SpfRecord.TryParse(octets, out var record, out var error);
        budget.Check();
        budget = new AllocationBudget(input.Length);
        var report = SpfRecord.Lint(octets);
        budget.Check();
        Promise.That(report.IsUsable == isRead);
        Promise.IsSound(report, octets.Length);
        if (!isRead)
        {
            Promise.IsSound(error!, octets.Length);
            Promise.That(report.Diagnostics.Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
            return;
        }
        CheckRecord(record!, octets);
    }

    private static void CheckRecord(SpfRecord record, byte[] octets)
    {
        Promise.That(octets.Length <= SpfRecord.MaxLength && System.Text.Ascii.IsValid(octets), "RFC 7208 §3.1: US-ASCII only");
        var at = 5;
        foreach (var directive in record.Directives)
        {
            Promise.That(directive.Position > at && octets[directive.Position - 1] == ' ', "directives stand in order, each behind a space");
            at = directive.Position;
            Promise.Equal(octets.AsSpan(directive.Position, directive.Text.Length), System.Text.Encoding.Latin1.GetBytes(directive.Text), "a directive's text");
            Promise.That(directive.Ip4PrefixLength is >= 0 and <= 32 && directive.Ip6PrefixLength is >= 0 and <= 128);
        }
        foreach (var modifier in record.OtherModifiers)
            Promise.That(!modifier.Name.Equals("redirect", StringComparison.OrdinalIgnoreCase) && !modifier.Name.Equals("exp", StringComparison.OrdinalIgnoreCase));
        Promise.That(record.HasAll == record.Directives.Any(directive => directive.Mechanism == SpfMechanism.All));

        // RFC 7208 §4.6.1, §12: spaces between terms, and at the end, have no meaning; the version ignores case.
        var spaced = System.Text.Encoding.Latin1.GetString(octets)[6..].Replace(" ", "  ", StringComparison.Ordinal);
        if (spaced.Length < SpfRecord.MaxLength - 16)
        {
            Promise.That(SpfRecord.TryParse($"V=sPF1{spaced} ", out var again, out _), "with more spaces");
            Promise.That(again.Directives.Select(one => one.Text).SequenceEqual(record.Directives.Select(one => one.Text)));
            Promise.That(again.Redirect?.Value == record.Redirect?.Value && again.Explanation?.Value == record.Explanation?.Value);
        }
    }
}
