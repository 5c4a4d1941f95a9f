using EmailAuth.Cli.CommandLine;
using EmailAuth.Cli.Input;
using EmailAuth.Cli.Output;
using EmailAuth.Message;

namespace EmailAuth.Cli.Verbs;

/// <summary><c>emailauth verify</c>: who really sent these messages.</summary>
internal sealed class VerifyVerb : Verb
{
    private static readonly Option Headers = new("--headers", null, "print only the header fields to put before the message");

    public override string Name => "verify";

    public override string Operands => "[FILE|-]…";

    public override string Summary => "tell who really sent a message, and why";

    public override IReadOnlyList<Option> Options { get; } = [.. SessionOptions.All, AuthservIdOption.Option, Headers, ExplanationOutput.Option, CapsuleFile.Option, CapsuleFile.HashLocalParts, ShadowOption.Option, DmarcMode.PublicSuffixes, .. DnsOptions.All, JsonOutput.Option];

    public override string Details => $"""
        Each FILE is one message; "-" or none is standard input. A file in which every line ends in a lone LF is read as if
        it had CRLF; a mixture is left as it is. Without --ip, SPF is none and the reverse
        name of the client (iprev) is not checked. The values of --helo and --mail-from are taken raw.
        Several files give a table, or with --json an array in their order.

          emailauth verify message.eml --ip 192.0.2.1 --helo mail.example.com --mail-from joe@example.com
          emailauth verify --json *.eml
          emailauth verify - --zone example.zone --time 2026-12-01T12:00:00Z < message.eml
          emailauth verify message.eml --explain --shadow strict=min-rsa=2048,one-author --capsule verdict.ecap

        {CapsuleFile.Help}

        {ShadowOption.Help}

        Exit status: 0 evaluated, and nothing is asked for; 1 quarantine or reject is asked for; 75 a temporary error decided;
        66 a message cannot be read. With several files the worst of 70, 66, 75, 1, 0.
        """;

    public override async Task<ExitStatus> RunAsync(Arguments arguments, CommandIo io, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> files = arguments.Operands.Count == 0 ? ["-"] : arguments.Operands;
        if (files.Count(file => file == "-") > 1)
            throw new UsageException("\"-\" is given twice; standard input can be read once.");
        if (arguments.Has(Headers) && arguments.Has(JsonOutput.Option))
            throw new UsageException($"{Headers.Name} and {JsonOutput.Option.Name} exclude each other; the document has the fields as authenticationResults and receivedSpf.");
        if (arguments.Has(Headers) && files.Count > 1)
            throw new UsageException($"{Headers.Name} is for one message; {files.Count} are given.");
        if (arguments.Has(Headers) && arguments.Has(ExplanationOutput.Option))
            throw new UsageException($"{Headers.Name} and {ExplanationOutput.Option.Name} exclude each other.");
        if (arguments.Has(Headers) && arguments.Has(ShadowOption.Option))
            throw new UsageException($"{Headers.Name} and {ShadowOption.Option.Name} exclude each other.");
        if (arguments.Has(CapsuleFile.Option) && files.Count > 1)
            throw new UsageException($"{CapsuleFile.Option.Name} is for one message; {files.Count} are given.");
        if (arguments.Has(CapsuleFile.HashLocalParts) && !arguments.Has(CapsuleFile.Option))
            throw new UsageException($"{CapsuleFile.HashLocalParts.Name} goes with {CapsuleFile.Option.Name} FILE.");
        if (arguments.Has(ExplanationOutput.Option) && files.Count > 1 && !arguments.Has(JsonOutput.Option))
            throw new UsageException($"{ExplanationOutput.Option.Name} is for one message, or for several with {JsonOutput.Option.Name}; {files.Count} are given.");
        var capsule = CapsuleFile.Read(arguments);
        var authservId = AuthservIdOption.Read(arguments);
        var session = SessionOptions.Read(arguments);
        using var dns = DnsOptions.Read(arguments);
        var options = new EmailAuthenticatorOptions
        {
            TimeProvider = dns.Clock,
            CheckReverseName = true,
            Dmarc = DmarcMode.Read(arguments),
            KeepEvidence = arguments.Has(ExplanationOutput.Option) || arguments.Has(CapsuleFile.Option),
        };
        options = options with { ShadowPolicies = ShadowOption.Read(arguments, options) };
        var verification = new MessageVerification(new EmailAuthenticator(dns.Resolver, options), session, io);

        if (files.Count == 1)
        {
            var verdict = await verification.VerifyAsync(files[0], cancellationToken).ConfigureAwait(false);
            return WriteOne(arguments, io, verdict, authservId, capsule);
        }
        var verdicts = verification.VerifyAsync(files, cancellationToken);
        return arguments.Has(JsonOutput.Option)
            ? await WriteArrayAsync(io, verdicts, authservId, arguments.Has(ExplanationOutput.Option)).ConfigureAwait(false)
            : await WriteTableAsync(io, verdicts, files.Count).ConfigureAwait(false);
    }

    private static ExitStatus WriteOne(Arguments arguments, CommandIo io, FileVerdict verdict, string authservId, string? capsule)
    {
        var explains = arguments.Has(ExplanationOutput.Option);
        if (verdict.Result is not { } result)
            EmailAuthCommand.Tell(io, verdict.Problem!);
        else if (arguments.Has(JsonOutput.Option))
            JsonOutput.Write(io, json => VerificationJson.Write(json, verdict, authservId, explains));
        else if (arguments.Has(Headers))
            WriteHeaders(io, result, authservId, verdict.HasUnixLineEnds);
        else
            WriteText(new TextPage(io), result, authservId, explains, lacksIdentity: arguments.Has(SessionOptions.Ip) && !arguments.Has(SessionOptions.Helo) && !arguments.Has(SessionOptions.MailFrom));
        if (capsule is not null && verdict.Result is not null)
            CapsuleFile.Write(capsule, verdict.Result.ToCapsule(new CapsuleOptions { HashLocalParts = arguments.Has(CapsuleFile.HashLocalParts) }));
        return verdict.Status;
    }

    private static void WriteText(TextPage page, VerificationResult result, string authservId, bool explains, bool lacksIdentity)
    {
        VerificationText.Write(page, result, authservId);
        if (lacksIdentity)
            page.Line($"  {SessionOptions.Helo.Name} and {SessionOptions.MailFrom.Name} were not given; SPF checks the domains that they name", Tone.Doubtful);
        if (explains)
            ExplanationOutput.Write(page, result);
    }

    /// <summary>With the line ends of the message that they will stand before.</summary>
    private static void WriteHeaders(CommandIo io, VerificationResult result, string authservId, bool hasUnixLineEnds)
    {
        foreach (var field in (HeaderField[])[result.ToAuthenticationResults(authservId), result.ToReceivedSpf(authservId)])
            FieldOutput.Write(io.Output, field, hasUnixLineEnds);
    }

    private static async Task<ExitStatus> WriteArrayAsync(CommandIo io, IAsyncEnumerable<FileVerdict> verdicts, string authservId, bool explains)
    {
        var status = ExitStatus.Success;
        using var document = JsonOutput.Open(io);
        document.Writer.WriteStartArray();
        await foreach (var verdict in verdicts.ConfigureAwait(false))
        {
            if (verdict.Problem is { } problem)
                EmailAuthCommand.Tell(io, problem);
            VerificationJson.Write(document.Writer, verdict, authservId, explains);
            document.Flush();
            status = status.Or(verdict.Status);
        }
        document.Writer.WriteEndArray();
        document.End();
        return status;
    }

    private static async Task<ExitStatus> WriteTableAsync(CommandIo io, IAsyncEnumerable<FileVerdict> verdicts, int count)
    {
        var status = ExitStatus.Success;
        var table = new VerdictTable(io);
        var problems = new List<string>();
        await ProgressBar.RunAsync(io, count, async step =>
        {
            await foreach (var verdict in verdicts.ConfigureAwait(false))
            {
                if (verdict.Problem is { } problem)
                    problems.Add(problem);
                table.Add(verdict);
                step();
                status = status.Or(verdict.Status);
            }
        }).ConfigureAwait(false);
        problems.ForEach(problem => EmailAuthCommand.Tell(io, problem));
        table.Write();
        return status;
    }
}
