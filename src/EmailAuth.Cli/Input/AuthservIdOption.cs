using EmailAuth.AuthResults;
using EmailAuth.Cli.CommandLine;
using EmailAuth.Cli.Output;
using EmailAuth.Dns;

namespace EmailAuth.Cli.Input;

/// <summary>The name of the one who checks, in the header fields that are written (RFC 8601 §2.5).</summary>
internal static class AuthservIdOption
{
    public static readonly Option Option = new("--authserv-id", "NAME", "the name of the one who checks, in the header fields; this host's unless set");

    public static string Read(Arguments arguments) =>
        Check(arguments.Value(Option) ?? (DomainName.TryParse(Environment.MachineName, out var host) ? host.ToString() : "localhost"));

    /// <exception cref="UsageException">No header field can hold it.</exception>
    public static string Check(string authservId)
    {
        try
        {
            _ = new AuthenticationResults(authservId, []);
            return authservId;
        }
        catch (ArgumentException)
        {
            throw new UsageException($"{Option.Name}: {PlainText.Quoted(authservId)} is not fit; right would be a domain name such as mx.example.net.");
        }
    }
}
