using EmailAuth.Arc;
using EmailAuth.Cli.CommandLine;
using EmailAuth.Cli.Input;
using EmailAuth.Cli.Output;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Spf;
using EmailAuth.Syntax;

namespace EmailAuth.Cli.Verbs;

/// <summary><c>emailauth lint</c>: judges one record or field value by itself.</summary>
internal sealed class LintVerb : Verb
{
    private static readonly Option Type = new("--type", "TYPE", "spf, dkim (a key record), dmarc, dkim-signature, arc-seal or arc-message-signature");

    public override string Name => "lint";

    public override string Operands => "--type TYPE VALUE";

    public override string Summary => "check one record or field value without asking DNS";

    public override int MaxOperands => 1;

    public override IReadOnlyList<Option> Options { get; } = [Type, JsonOutput.Option];

    public override string Details => """
        VALUE is one argument; "-" reads it from standard input. The position of a diagnostic is counted in octets from 0.

          emailauth lint --type spf "v=spf1 ip4:192.0.2.0/24 -all"
          emailauth lint --type dmarc "v=DMARC1; p=reject; rua=mailto:reports@example.com" --json

        Exit status: 0 usable, 1 not.
        """;

    public override async Task<ExitStatus> RunAsync(Arguments arguments, CommandIo io, CancellationToken cancellationToken)
    {
        var lint = ValueReader.Word<Func<string, LintReport>>(Type.Name, arguments.Required(Type),
            ("spf", SpfRecord.Lint),
            ("dkim", DkimKeyRecord.Lint),
            ("dmarc", record => DmarcRecord.Lint(record)),
            ("dkim-signature", DkimSignature.Lint),
            ("arc-seal", ArcFields.LintSeal),
            ("arc-message-signature", ArcFields.LintMessageSignature));
        var value = arguments.Operands switch
        {
            [] => throw new UsageException("the value to check is missing; right would be: emailauth lint --type spf \"v=spf1 -all\"."),
            ["-"] => await ReadInputAsync(io, cancellationToken).ConfigureAwait(false),
            [var text, ..] => text,
        };
        var report = lint(value);
        if (arguments.Has(JsonOutput.Option))
            JsonOutput.Write(io, json => LintOutput.WriteJson(json, report));
        else
            LintOutput.WriteText(new TextPage(io), report, value);
        return report.IsUsable ? ExitStatus.Success : ExitStatus.Refused;
    }

    /// <summary>One final line end is not part of the value.</summary>
    private static async Task<string> ReadInputAsync(CommandIo io, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(io.Input, leaveOpen: true);
        var text = new char[(64 << 10) + 1];
        var length = await reader.ReadBlockAsync(text, cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        if (length == text.Length)
            throw new InputException("the value on standard input is longer than 65536 characters.");
        var value = text.AsSpan(0, length);
        if (value.EndsWith("\n"))
            value = value[..^1].EndsWith("\r") ? value[..^2] : value[..^1];
        return value.ToString();
    }
}
