using EmailAuth.Arc;
using EmailAuth.Cli.CommandLine;
using EmailAuth.Cli.Input;
using EmailAuth.Cli.Output;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Spf;
using EmailAuth.Syntax;

namespace EmailAuth.Cli.Verbs;

/// <summary><c>emailauth lint</c>: judges one record or field value by itself.</summary>
internal sealed class LintVerb : Verb
{
    private static readonly Option Type = new("--type", "TYPE", "spf, dkim (a key record), dmarc, dkim-signature, arc-seal or arc-message-signature")
    {
        Words = ["spf", "dkim", "dmarc", "dkim-signature", "arc-seal", "arc-message-signature"],
    };
    private static readonly Option Domain = new("--domain", "NAME", "in place of VALUE: ask DNS for what is published there; with --type spf, dkim or dmarc");

    public override string Name => "lint";

    public override string Operands => "--type TYPE VALUE|--domain NAME";

    public override string Summary => "check one record or field value, or a record that is published";

    public override int MaxOperands => 1;

    public override IReadOnlyList<Option> Options { get; } = [Type, Domain, .. DnsOptions.All, JsonOutput.Option];

    public override string Details => """
        VALUE is one argument; "-" reads it from standard input. The position of a diagnostic is counted in octets from 0.
        Of a VALUE nothing is asked. With --domain DNS is: for dkim NAME is that of the key, SELECTOR._domainkey.DOMAIN; for
        dmarc that of the domain; for spf too, and the tree of records that it includes and redirects to is shown, and how many
        terms of each cause DNS look-ups, of which RFC 7208 allows ten in all.

          emailauth lint --type spf "v=spf1 ip4:192.0.2.0/24 -all"
          emailauth lint --type dmarc "v=DMARC1; p=reject; rua=mailto:reports@example.com" --json
          emailauth lint --type spf --domain example.com
          emailauth lint --type dkim --domain s1._domainkey.example.com

        Exit status: 0 usable, 1 not; with --domain 1 for an error anywhere in the tree, and 75 where DNS failed.
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
        if (arguments.Value(Domain) is { } name)
        {
            if (arguments.Operands.Count > 0)
                throw new UsageException($"{Domain.Name} and a value exclude each other; the value is what DNS has.");
            using var dns = DnsOptions.Read(arguments);
            return Type.Words.First(known => known.Equals(arguments.Value(Type), StringComparison.OrdinalIgnoreCase)) switch
            {
                "spf" => await LintTreeAsync(arguments, io, dns.Resolver, ValueReader.Domain(Domain, name), cancellationToken).ConfigureAwait(false),
                "dkim" => Write(arguments, io, await PublishedRecord.ReadKeyAsync(dns.Resolver, name, cancellationToken).ConfigureAwait(false)),
                "dmarc" => Write(arguments, io, await PublishedRecord.ReadPolicyAsync(dns.Resolver, name, cancellationToken).ConfigureAwait(false)),
                _ => throw new UsageException($"{Domain.Name} goes with {Type.Name} spf, dkim or dmarc; what stands in a message is given as the value."),
            };
        }
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
        return StatusOf(report, isTransient: false);
    }

    private static ExitStatus Write(Arguments arguments, CommandIo io, PublishedRecord published)
    {
        if (arguments.Has(JsonOutput.Option))
        {
            JsonOutput.Write(io, json => LintOutput.WriteJson(json, published.Report, more =>
            {
                more.WriteString("name", published.Name.ToString());
                more.WriteString("record", published.Text);
            }));
        }
        else
        {
            var page = new TextPage(io);
            LintOutput.WriteText(page, published.Report, published.Text ?? "");
            if (published.Text is { } text)
                page.Line($"  {published.Name}: {text}", Tone.Faint);
        }
        return StatusOf(published.Report, published.IsTransient);
    }

    private static async Task<ExitStatus> LintTreeAsync(Arguments arguments, CommandIo io, IDnsResolver resolver, DomainName name, CancellationToken cancellationToken)
    {
        var tree = await SpfIncludeTree.ResolveAsync(resolver, name, cancellationToken).ConfigureAwait(false);
        var report = tree.Lint();
        if (arguments.Has(JsonOutput.Option))
            JsonOutput.Write(io, json => LintOutput.WriteJson(json, report, more => SpfTreeOutput.WriteJson(more, tree)));
        else
            SpfTreeOutput.WriteText(new TextPage(io), tree, report);
        return StatusOf(report, tree.IsTransient);
    }

    private static ExitStatus StatusOf(LintReport report, bool isTransient) =>
        isTransient ? ExitStatus.Temporary : report.IsUsable ? ExitStatus.Success : ExitStatus.Refused;

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
