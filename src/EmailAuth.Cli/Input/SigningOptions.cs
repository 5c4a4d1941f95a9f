using EmailAuth.Cli.CommandLine;
using EmailAuth.Cli.Output;
using EmailAuth.Signatures;

namespace EmailAuth.Cli.Input;

/// <summary>The options that name a key and where its public half is published.</summary>
internal static class SigningOptions
{
    public static readonly Option Domain = new("--domain", "DOMAIN", "the domain that signs, d=");
    public static readonly Option Selector = new("--selector", "NAME", "the selector, s=: the key record stands at NAME._domainkey.DOMAIN");
    public static readonly Option Key = new("--key", "FILE", "the private key: PEM (PKCS#8 or PKCS#1), DER, or the base64 text of an Ed25519 seed");
    public static readonly Option Algorithm = new("--algorithm", "NAME", "rsa-sha256 or ed25519-sha256") { Words = ["rsa-sha256", "ed25519-sha256"] };

    /// <exception cref="InputException">The file cannot be read, or holds no key. Nothing of the key is told.</exception>
    public static SigningKey ReadKey(Arguments arguments)
    {
        var file = arguments.Required(Key);
        try
        {
            return SigningKey.Load(file);
        }
        catch (FormatException exception)
        {
            throw new InputException($"{PlainText.Quoted(file)} holds no key that can be used: {exception.Message}");
        }
        catch (Exception exception) when (MessageFile.IsUnreadable(exception))
        {
            throw MessageFile.Unreadable(file, exception);
        }
    }

    public static SignatureAlgorithm? ReadAlgorithm(Arguments arguments) => arguments.Value(Algorithm) is { } name
        ? ValueReader.Word(Algorithm.Name, name, ("rsa-sha256", SignatureAlgorithm.RsaSha256), ("ed25519-sha256", SignatureAlgorithm.Ed25519Sha256))
        : null;

    /// <summary>What an argument error of the library says, as bad usage.</summary>
    public static UsageException Usage(ArgumentException exception) =>
        new(exception.ParamName is { } name ? exception.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : exception.Message);
}
