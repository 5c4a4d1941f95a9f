using EmailAuth.Arc;
using EmailAuth.Cli.CommandLine;
using EmailAuth.Cli.Input;
using EmailAuth.Cli.Output;
using EmailAuth.Message;

namespace EmailAuth.Cli.Verbs;

/// <summary><c>emailauth arc seal</c>: a message with one more set of its Authenticated Received Chain before it.</summary>
internal sealed class ArcSealVerb : Verb
{
    private static readonly Option AuthservId = new(AuthservIdOption.Option.Name, "NAME", "the name of the one who checks and seals, in ARC-Authentication-Results");
    private static readonly Option Headers = new("--headers", null, "print only the header fields to put before the message");

    public override string Name => "arc seal";

    public override string Operands => "[FILE|-] --domain D --selector S --key FILE --authserv-id NAME";

    public override string Summary => "verify a message and seal what was found (RFC 8617)";

    public override int MaxOperands => 1;

    public override IReadOnlyList<Option> Options { get; } =
        [SigningOptions.Domain, SigningOptions.Selector, SigningOptions.Key, AuthservId, .. SessionOptions.All, Headers, DmarcMode.PublicSuffixes, .. DnsOptions.All, JsonOutput.Option];

    public override string Details => """
        Verifies the message as "emailauth verify" does, with the same options, then writes it to standard output with
        ARC-Seal, ARC-Message-Signature and ARC-Authentication-Results before it, in the line ends of the message given.
        With --json the document of "verify" is written instead, with the three fields as the member "sealedFields".

          emailauth arc seal message.eml --domain list.example --selector s1 --key s1.pem --authserv-id mx.list.example \
              --ip 192.0.2.1 --helo mail.example.com --mail-from joe@example.com > sealed.eml

        After a chain that failed the new set says cv=fail; a chain that says so already gets no further set, and the message
        is written as it is. While a DNS failure leaves the chain undecided nothing is sealed (75).
        """;

    public override async Task<ExitStatus> RunAsync(Arguments arguments, CommandIo io, CancellationToken cancellationToken)
    {
        if (arguments.Has(Headers) && arguments.Has(JsonOutput.Option))
            throw new UsageException($"{Headers.Name} and {JsonOutput.Option.Name} exclude each other; the document has the fields as sealedFields.");
        using var key = SigningOptions.ReadKey(arguments);
        var authservId = AuthservIdOption.Check(arguments.Required(AuthservId));
        var session = SessionOptions.Read(arguments);
        using var dns = DnsOptions.Read(arguments);
        var sealer = MakeSealer(arguments, key, dns.Clock);
        var authenticator = new EmailAuthenticator(dns.Resolver, new EmailAuthenticatorOptions { TimeProvider = dns.Clock, Dmarc = DmarcMode.Read(arguments) });

        var file = arguments.Operands is [var name] ? name : "-";
        var message = await MessageFile.OpenAsync(file, io, cancellationToken).ConfigureAwait(false);
        await using (message.ConfigureAwait(false))
        {
            try
            {
                var result = await authenticator.VerifyAsync(message.Read(), session, cancellationToken).ConfigureAwait(false);
                if (result.MessageDefect != MessageDefect.None)
                    throw new InputException($"{PlainText.Quoted(file)} is not sealed: its header section breaks a limit: {result.MessageDefect}.");
                if (result.Arc.IsTransient)
                {
                    EmailAuthCommand.Tell(io, $"{PlainText.Quoted(file)} is not sealed: a temporary error left its chain undecided: {result.Arc.ReasonText}");
                    return ExitStatus.Temporary;
                }
                var set = await sealer.SealAsync(message.Read(), result.GetAuthenticationResults(authservId), result.Arc, cancellationToken).ConfigureAwait(false);
                if (set.IsEmpty)
                    EmailAuthCommand.Tell(io, $"{PlainText.Quoted(file)} is written as it is, no set may follow its chain (RFC 8617 §5.1): {result.Arc.ReasonText}");
                if (arguments.Has(JsonOutput.Option))
                {
                    JsonOutput.Write(io, json => VerificationJson.Write(json, new FileVerdict(file, result, message.HasUnixLineEnds), authservId,
                        more: more => more.WriteStrings("sealedFields", [.. set.Select(field => $"{field.Name}: {field.Value}")])));
                    return ExitStatus.Success;
                }
                foreach (var field in set)
                    FieldOutput.Write(io.Output, field, message.HasUnixLineEnds);
                if (!arguments.Has(Headers))
                    await message.CopyToAsync(io.Output, cancellationToken).ConfigureAwait(false);
                return ExitStatus.Success;
            }
            catch (ArcSealingException exception)
            {
                throw new InputException($"{PlainText.Quoted(file)} is not sealed: {exception.Message}");
            }
            catch (IOException exception)
            {
                throw MessageFile.Unreadable(file, exception);
            }
        }
    }

    private static ArcSealer MakeSealer(Arguments arguments, Signatures.SigningKey key, TimeProvider clock)
    {
        try
        {
            return new ArcSealer(new ArcSealerOptions
            {
                Domain = ValueReader.Domain(SigningOptions.Domain, arguments.Required(SigningOptions.Domain)),
                Selector = arguments.Required(SigningOptions.Selector),
                Key = key,
                TimeProvider = clock,
            });
        }
        catch (ArgumentException exception)
        {
            throw SigningOptions.Usage(exception);
        }
    }
}
