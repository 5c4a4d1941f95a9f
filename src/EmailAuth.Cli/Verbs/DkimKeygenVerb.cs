using EmailAuth.Cli.CommandLine;
using EmailAuth.Cli.Input;
using EmailAuth.Cli.Output;
using EmailAuth.Dns;
using EmailAuth.Signatures;

namespace EmailAuth.Cli.Verbs;

/// <summary><c>emailauth dkim keygen</c>: a new private key, and the record that publishes its public half.</summary>
internal sealed class DkimKeygenVerb : Verb
{
    private const string AnySelector = "s1";

    private static readonly Option Bits = new("--bits", "NUMBER", "the length of an RSA key: 2048 to 4096; 2048 unless set");
    private static readonly Option Out = new("--out", "FILE", "the new file for the private key (PKCS#8 PEM, mode 600)");

    public override string Name => "dkim keygen";

    public override string Operands => "--algorithm NAME --out FILE";

    public override string Summary => "make a key pair, and print the DNS record";

    public override int MaxOperands => 0;

    public override IReadOnlyList<Option> Options { get; } = [SigningOptions.Algorithm, Bits, Out, SigningOptions.Domain, SigningOptions.Selector];

    public override string Details => $"""
        Never writes over a file that exists. The record is printed in master-file form; without --domain its name is relative,
        with the selector {AnySelector} unless --selector names another.

          emailauth dkim keygen --algorithm rsa-sha256 --out s1.pem --domain example.com --selector s1
          emailauth dkim keygen --algorithm ed25519-sha256 --out ed1.pem
        """;

    public override Task<ExitStatus> RunAsync(Arguments arguments, CommandIo io, CancellationToken cancellationToken)
    {
        var file = arguments.Required(Out);
        var algorithm = SigningOptions.ReadAlgorithm(arguments) ?? SignatureAlgorithm.RsaSha256;
        if (algorithm == SignatureAlgorithm.Ed25519Sha256 && arguments.Has(Bits))
            throw new UsageException($"{Bits.Name} is for RSA keys; an Ed25519 key always has 256 bits.");
        var bits = arguments.Value(Bits) is { } number ? ValueReader.Number(Bits, number, 2048, 4096) : 2048;
        if (bits % 8 != 0)
            throw new UsageException($"{Bits.Name}: {bits} is not fit; right would be 2048, 3072 or 4096.");
        var domain = arguments.Value(SigningOptions.Domain) is { } name ? ValueReader.Domain(SigningOptions.Domain, name) : null;
        var selector = arguments.Value(SigningOptions.Selector) ?? AnySelector;

        using var key = algorithm == SignatureAlgorithm.Ed25519Sha256 ? SigningKey.GenerateEd25519() : SigningKey.GenerateRsa(bits);
        var record = Record(key, domain, selector);
        try
        {
            key.Save(file);
        }
        catch (Exception exception) when (MessageFile.IsUnreadable(exception))
        {
            throw new OutputException($"{PlainText.Quoted(file)} cannot be written: {(File.Exists(file) ? "it exists, and no key is ever written over." : exception.Message)}");
        }
        io.Out.WriteLine(record);
        return Task.FromResult(ExitStatus.Success);
    }

    private static string Record(SigningKey key, DomainName? domain, string selector)
    {
        var record = DkimRecordVerb.MasterFile(key, domain ?? DomainName.Parse("example.com"), selector);
        return domain is null ? $"{selector}._domainkey{record[record.IndexOf(' ', StringComparison.Ordinal)..]}" : record;
    }
}
