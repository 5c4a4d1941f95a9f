using System.Collections.Immutable;
using EmailAuth.Cli.CommandLine;
using EmailAuth.Cli.Output;

namespace EmailAuth.Cli.Input;

/// <summary>The option that judges by other settings, too.</summary>
internal static class ShadowOption
{
    public static readonly Option Option = new("--shadow", "NAME=SETTING[,SETTING]…", "judge by these settings, too, with the same DNS answers; see below", IsRepeatable: true);

    public const string Help = """
        Settings of --shadow: min-rsa=BITS (1024 to 4096: shorter RSA keys do not count), one-author (several mailboxes in From
        are permerror), public-suffix-list=FILE (RFC 7489), tree-walk (RFC 9989), accept-partial-body (l=),
        accept-bare-line-ends. What such a policy asks and the verdict did not ask is not asked, and said to be not known.
        """;

    public static ImmutableArray<ShadowPolicy> Read(Arguments arguments, EmailAuthenticatorOptions options)
    {
        var policies = ImmutableArray.CreateBuilder<ShadowPolicy>();
        foreach (var text in arguments.Values(Option))
        {
            var sign = text.IndexOf('=', StringComparison.Ordinal);
            if (sign < 1 || sign == text.Length - 1)
                throw new UsageException($"{Option.Name}: {PlainText.Quoted(text)} is not fit; right would be a name and settings, such as strict=min-rsa=2048,one-author.");
            var name = text[..sign];
            if (policies.Any(policy => policy.Name == name))
                throw new UsageException($"{Option.Name}: {PlainText.Quoted(name)} is given twice; right would be a name of its own for each.");
            policies.Add(new ShadowPolicy(name, Apply(options, text[(sign + 1)..].Split(','))));
        }
        return policies.DrainToImmutable();
    }

    private static EmailAuthenticatorOptions Apply(EmailAuthenticatorOptions options, string[] settings)
    {
        var seen = new HashSet<string>();
        foreach (var setting in settings)
        {
            options = Apply(options, setting);
            if (!seen.Add(setting.Split('=')[0]))
                throw new UsageException($"{Option.Name}: {PlainText.Quoted(setting)} comes after another of its kind; right would be one.");
        }
        return seen.Contains("tree-walk") && seen.Contains("public-suffix-list")
            ? throw new UsageException($"{Option.Name}: tree-walk and public-suffix-list exclude each other.")
            : options;
    }

    private static EmailAuthenticatorOptions Apply(EmailAuthenticatorOptions options, string setting)
    {
        var (name, value) = setting.Split('=', 2) is [var left, var right] ? (left, right) : (setting, null);
        switch (name)
        {
            case "min-rsa" when value is not null:
                var bits = ValueReader.Number(Option, value, 1024, 4096);
                return options with { Dkim = options.Dkim with { MinimumRsaKeyBits = bits }, Arc = options.Arc with { MinimumRsaKeyBits = bits } };
            case "one-author" when value is null:
                return options with { Dmarc = options.Dmarc with { RefuseSeveralAuthors = true } };
            case "public-suffix-list" when value is not null:
                return options with { Dmarc = options.Dmarc with { PublicSuffixes = DmarcMode.ReadList(value) } };
            case "tree-walk" when value is null:
                return options with { Dmarc = options.Dmarc with { PublicSuffixes = null } };
            case "accept-partial-body" when value is null:
                return options with { Dkim = options.Dkim with { AcceptPartialBody = true } };
            case "accept-bare-line-ends" when value is null:
                return options with { Dkim = options.Dkim with { AcceptBareLineEnds = true }, Arc = options.Arc with { AcceptBareLineEnds = true } };
            default:
                throw new UsageException($"{Option.Name}: {PlainText.Quoted(setting)} is no setting; there are min-rsa=BITS, one-author, public-suffix-list=FILE, tree-walk, accept-partial-body and accept-bare-line-ends.");
        }
    }
}
