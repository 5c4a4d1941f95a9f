using EmailAuth.Cli.CommandLine;
using EmailAuth.Cli.Input;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Signatures;

namespace EmailAuth.Cli.Verbs;

/// <summary><c>emailauth dkim record</c>: the record that publishes the public half of a key.</summary>
internal sealed class DkimRecordVerb : Verb
{
    public override string Name => "dkim record";

    public override string Operands => "--key FILE --domain D --selector S";

    public override string Summary => "print the DNS record of a key";

    public override int MaxOperands => 0;

    public override IReadOnlyList<Option> Options { get; } = [SigningOptions.Key, SigningOptions.Domain, SigningOptions.Selector];

    public override string Details => """
        The record is printed in master-file form, with strings of at most 255 octets.

          emailauth dkim record --key s1.pem --domain example.com --selector s1
        """;

    public override Task<ExitStatus> RunAsync(Arguments arguments, CommandIo io, CancellationToken cancellationToken)
    {
        var domain = ValueReader.Domain(SigningOptions.Domain, arguments.Required(SigningOptions.Domain));
        var selector = arguments.Required(SigningOptions.Selector);
        using var key = SigningOptions.ReadKey(arguments);
        io.Out.WriteLine(MasterFile(key, domain, selector));
        return Task.FromResult(ExitStatus.Success);
    }

    public static string MasterFile(SigningKey key, DomainName domain, string selector)
    {
        try
        {
            return DkimKeyRecord.FromKey(key).ToMasterFile(domain, selector);
        }
        catch (ArgumentException exception)
        {
            throw SigningOptions.Usage(exception);
        }
    }
}
