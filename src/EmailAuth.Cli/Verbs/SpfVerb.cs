using EmailAuth.Cli.CommandLine;
using EmailAuth.Cli.Input;
using EmailAuth.Cli.Output;
using EmailAuth.Spf;

namespace EmailAuth.Cli.Verbs;

/// <summary><c>emailauth spf</c>: check_host() for one client.</summary>
internal sealed class SpfVerb : Verb
{
    private static readonly Option Receiver = new("--receiver", "NAME", "what %{r} expands to in explanations");

    public override string Name => "spf";

    public override string Operands => "--ip ADDRESS [--helo NAME] [--mail-from ADDRESS]";

    public override string Summary => "check whether a client may send for a domain (RFC 7208)";

    public override int MaxOperands => 0;

    public override IReadOnlyList<Option> Options { get; } = [.. SessionOptions.All, Receiver, .. DnsOptions.All, JsonOutput.Option];

    public override string Details => """
        The values of --helo and --mail-from are taken raw, since they come from the peer. "", "<>" or none is the null
        reverse-path, for which postmaster at the HELO name is checked. With both, HELO is checked too, apart.

          emailauth spf --ip 192.0.2.1 --mail-from joe@example.com
          emailauth spf --ip 2001:db8::1 --helo mail.example.com --mail-from= --json
          emailauth spf --ip 192.0.2.1 --mail-from joe@example.com --zone a.zone --dns-fault example.com/TXT=timeout

        Exit status: 0 evaluated, whatever the result; 75 temperror.
        """;

    public override async Task<ExitStatus> RunAsync(Arguments arguments, CommandIo io, CancellationToken cancellationToken)
    {
        var client = ValueReader.Address(SessionOptions.Ip, arguments.Required(SessionOptions.Ip));
        var helo = arguments.Value(SessionOptions.Helo) ?? "";
        var mailFrom = arguments.Value(SessionOptions.MailFrom);
        using var dns = DnsOptions.Read(arguments);
        var options = new SpfOptions { TimeProvider = dns.Clock };
        if (arguments.Value(Receiver) is { } receiver)
            options = options with { ReceiverName = ValueReader.Domain(Receiver, receiver).ToString() };

        var evaluator = new SpfEvaluator(dns.Resolver, options);
        var result = await evaluator.CheckMailFromAsync(client, helo, mailFrom, cancellationToken).ConfigureAwait(false);
        var heloResult = helo.Length > 0 && result.Scope == SpfScope.MailFrom
            ? await evaluator.CheckHeloAsync(client, helo, cancellationToken).ConfigureAwait(false)
            : null;

        if (arguments.Has(JsonOutput.Option))
        {
            JsonOutput.Write(io, json =>
            {
                json.WriteStartObject();
                SpfJson.WriteMembers(json, result, heloResult);
                json.WriteEndObject();
            });
        }
        else
        {
            SpfText.Write(new TextPage(io), result, heloResult);
        }
        return result.IsTransient ? ExitStatus.Temporary : ExitStatus.Success;
    }
}
