using System.Collections.Immutable;
using EmailAuth.Cli.CommandLine;
using EmailAuth.Cli.Input;
using EmailAuth.Cli.Output;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Signatures;

namespace EmailAuth.Cli.Verbs;

/// <summary><c>emailauth dkim sign</c>: a message with a signature before it.</summary>
internal sealed class DkimSignVerb : Verb
{
    private static readonly Option Canonicalization = new("--canonicalization", "HEADER/BODY", "relaxed or simple, for each; relaxed/relaxed unless set")
    {
        Words = ["relaxed/relaxed", "relaxed/simple", "simple/relaxed", "simple/simple"],
    };
    private static readonly Option Headers = new("--headers", "A:B:C", "sign these fields, and no others but those of --oversign");
    private static readonly Option Oversign = new("--oversign", "A:B", "sign these fields so that one added later breaks the signature");
    private static readonly Option ExpireIn = new("--expire-in", "SECONDS", "how long the signature holds, x=; for ever unless set");
    private static readonly Option Identity = new("--identity", "ADDRESS", "whom the signature is for, i=: an address at the domain or below, or @ and a domain");
    private static readonly Option Time = new("--time", "UNIX|ISO8601", "the time of signing, t=");

    public override string Name => "dkim sign";

    public override string Operands => "[FILE|-] --domain D --selector S --key FILE";

    public override string Summary => "sign a message (RFC 6376)";

    public override int MaxOperands => 1;

    public override IReadOnlyList<Option> Options { get; } =
        [SigningOptions.Domain, SigningOptions.Selector, SigningOptions.Key, SigningOptions.Algorithm, Canonicalization, Headers, Oversign, ExpireIn, Identity, Time];

    public override string Details => """
        Writes the signed message to standard output, with the line ends of the message given. Without --headers and --oversign,
        From, To, Cc, Subject, Date, Reply-To, Message-ID, Content-Type and MIME-Version are oversigned, and other fields that
        people see are signed.

          emailauth dkim sign message.eml --domain example.com --selector s1 --key s1.pem > signed.eml
          emailauth dkim sign - --domain example.com --selector s1 --key s1.pem --expire-in 1209600 < message.eml

        DMARC counts a signature only where --domain has the same Organizational Domain as From, or is the same. A message with
        another domain in From is signed, too, and one line on standard error says which --domain would count.

        A message with two From fields, without From or with a bare CR or LF is refused (66).
        """;

    public override async Task<ExitStatus> RunAsync(Arguments arguments, CommandIo io, CancellationToken cancellationToken)
    {
        using var key = SigningOptions.ReadKey(arguments);
        if (SigningOptions.ReadAlgorithm(arguments) is { } algorithm && algorithm != key.Algorithm)
            throw new UsageException($"{SigningOptions.Algorithm.Name}: the key is for {key}; leave {SigningOptions.Algorithm.Name} out, or name another key.");
        var domain = ValueReader.Domain(SigningOptions.Domain, arguments.Required(SigningOptions.Domain));
        var signer = MakeSigner(arguments, domain, key);
        var file = arguments.Operands is [var name] ? name : "-";
        var message = await MessageFile.OpenAsync(file, io, cancellationToken).ConfigureAwait(false);
        await using (message.ConfigureAwait(false))
        {
            try
            {
                var field = await signer.SignAsync(message.Read(), cancellationToken).ConfigureAwait(false);
                if (await SignatureAlignment.CaveatAsync(message, domain, cancellationToken).ConfigureAwait(false) is { } caveat)
                    EmailAuthCommand.Tell(io, caveat);
                FieldOutput.Write(io.Output, field, message.HasUnixLineEnds);
                await message.CopyToAsync(io.Output, cancellationToken).ConfigureAwait(false);
                return ExitStatus.Success;
            }
            catch (DkimSigningException exception)
            {
                throw new InputException($"{PlainText.Quoted(file)} is not signed: {exception.Message}");
            }
            catch (IOException exception)
            {
                throw MessageFile.Unreadable(file, exception);
            }
        }
    }

    private static DkimSigner MakeSigner(Arguments arguments, DomainName domain, SigningKey key)
    {
        var (header, body) = ReadCanonicalization(arguments.Value(Canonicalization) ?? "relaxed/relaxed");
        var options = new DkimSignerOptions
        {
            Domain = domain,
            Selector = arguments.Required(SigningOptions.Selector),
            Key = key,
            // Whoever names a message and a domain by hand means both, and is told what DMARC makes of it.
            AllowAnyAuthorDomain = true,
            HeaderCanonicalization = header,
            BodyCanonicalization = body,
            Identity = arguments.Value(Identity),
            ExpiresAfter = arguments.Value(ExpireIn) is { } seconds ? ValueReader.Seconds(ExpireIn, seconds, 1, 10 * 366 * 86_400.0) : null,
            TimeProvider = arguments.Value(Time) is { } moment ? new FixedTimeProvider(ValueReader.Time(Time, moment)) : TimeProvider.System,
        };
        if (arguments.Value(Headers) is { } headers)
            options = options with { SignedFields = ReadFields(Headers, headers), OversignedFields = [] };
        if (arguments.Value(Oversign) is { } oversign)
            options = options with { OversignedFields = ReadFields(Oversign, oversign) };
        try
        {
            return new DkimSigner(options);
        }
        catch (ArgumentException exception)
        {
            throw SigningOptions.Usage(exception);
        }
    }

    /// <summary>RFC 6376 §3.5, c=: a single word is for the header, and the body is then simple.</summary>
    private static (CanonicalizationAlgorithm Header, CanonicalizationAlgorithm Body) ReadCanonicalization(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (Word(text), CanonicalizationAlgorithm.Simple) : (Word(text[..slash]), Word(text[(slash + 1)..]));

        static CanonicalizationAlgorithm Word(string word) => ValueReader.Word(
            Canonicalization.Name, word, ("relaxed", CanonicalizationAlgorithm.Relaxed), ("simple", CanonicalizationAlgorithm.Simple));
    }

    private static ImmutableArray<string> ReadFields(Option option, string text)
    {
        var names = text.Split(':', StringSplitOptions.TrimEntries);
        if (names.Contains(""))
            throw new UsageException($"{option.Name}: {PlainText.Quoted(text)} has an empty name; right would be from:to:subject.");
        return [.. names];
    }
}
