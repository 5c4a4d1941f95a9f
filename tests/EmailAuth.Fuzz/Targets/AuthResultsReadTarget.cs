using EmailAuth.AuthResults;
using EmailAuth.Message;

namespace EmailAuth.Fuzz.Targets;

/// <summary>The value of an Authentication-Results field (RFC 8601 §2.2): what was read can be written and read again, and is the same.</summary>
internal sealed class AuthResultsReadTarget : FuzzTarget
{
    public override string Name => "auth-results-read";

    public override int Share => 5;

    protected override string[] SeedTexts =>
    [
        " mx.example.org; spf=pass smtp.mailfrom=example.com; dkim=pass reason=\"good (signature)\" header.d=example.com header.b=\"ab/d\"",
        " foo.example.net (foobar) 1 (baz);\r\n dkim (Because I like it) / 1 (One yay) = (wait for it) fail\r\n policy (A dot can go here) . (like that) expired\r\n (this surprised me) = (as I wasn't expecting it) 1362471462",
        "\"a \\\"b\\\"\" 1; none",
        "mx.example.net; dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=example.com; spf=fail smtp.mailfrom=\"a b\"@x.example; auth=pass smtp.auth=joe @ (x) example.com;",
        "example.org; arc=pass (i=2) smtp.remote-ip=2001:db8::1 x=y; iprev=fail policy.iprev=192.0.2.1 ; ;",
    ];

    public override string[] Tokens =>
    [
        ";", "=", ".", "/", "(", ")", "\"", "\\", "@", " ", "\t", "\r\n ", "\r\n", "\n", "\0", "none", "spf=pass", "reason=", "smtp.mailfrom=", "header.d=", "policy.x=", "1", "99999999999999999999",
        "\u00C3\u00A4", "\xff", "\xe2\x80\xa8", "\x7f", "((((((((((((((((", "\\)", "\"a b\"@", "mx.example.org", "-", "a-", "header.b=a/b+c==",
    ];

    public override void Run(ReadOnlySpan<byte> input)
    {
        var budget = new AllocationBudget(input.Length);
        var isRead = AuthenticationResults.TryRead(input, out var results, out var problem);
        budget.Check();
        Promise.That(isRead == problem is null);
        if (problem is not null)
            Promise.IsPrintable(problem);
        CheckForged(input);
        if (!isRead)
            return;

        var limits = AuthenticationResultsLimits.Default;
        Promise.That(results!.Results.Length <= limits.MaxResults && results.AuthservId.Length > 0);
        foreach (var allowUtf8 in (ReadOnlySpan<bool>)[true, false])
        {
            var field = results.ToHeaderField(allowUtf8);
            Promise.IsOneField(field, AuthenticationResults.FieldName);
            Promise.That(allowUtf8 || System.Text.Ascii.IsValid(field.RawOctets.Span));
            Promise.That(field.RawOctets.Length <= limits.MaxWrittenBytes);
            Promise.That(AuthenticationResults.TryRead(field, out var again, out var refusal), $"{refusal}");
            Promise.That(again.ToHeaderField(allowUtf8).ToString() == field.ToString(), $"{field}");
            Promise.That(field.RawOctets.Length > limits.MaxWrittenBytes / 2 || again.Results.Length == results.Results.Length, $"{field}");
            Promise.IsPrintable(results.ToUnfoldedValue(allowUtf8));
        }
    }

    private static void CheckForged(ReadOnlySpan<byte> input)
    {
        var header = HeaderBlock.Parse((byte[])[.. "Authentication-Results:"u8, .. input, .. "\r\n"u8], MessageLimits.Default);
        var budget = new AllocationBudget(input.Length);
        var forged = AuthenticationResults.ForgedFields(header, "mx.example.org");
        budget.Check();
        for (var i = 0; i < forged.Length; i++)
            Promise.That(forged[i] >= 0 && forged[i] < header.Fields.Length && (i == 0 || forged[i] < forged[i - 1]));
        // RFC 8601 §5: whatever can be read as the service's own field must go.
        if (header.Fields.Length == 1 && AuthenticationResults.TryRead(input, out var results, out _) && results.AuthservId.Equals("mx.example.org", StringComparison.OrdinalIgnoreCase))
            Promise.That(forged.Contains(0), "a field in the service's own name stays");
    }
}
