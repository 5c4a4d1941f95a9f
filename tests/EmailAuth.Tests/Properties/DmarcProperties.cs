using System.Collections.Immutable;
using CsCheck;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using static EmailAuth.Tests.Properties.Sampled;

namespace EmailAuth.Tests.Properties;

/// <summary>Discovery, alignment and the disposition, in zones that chance wrote.</summary>
public class DmarcProperties
{
    private static readonly Gen<string> Record = Gen.Select(OneOf("v=DMARC1", "v=DMARC1", "v=DMARC1", "v=dmarc1"), OneOf("p=none", "p=quarantine", "p=reject", "p=x", "", "rua=mailto:r@a.example"), OneOf("", "psd=y", "psd=n", "psd=u", "t=y", "np=reject", "sp=none", "sp=x"), OneOf("", "adkim=s", "aspf=s", "adkim=s; aspf=s", "adkim=x", "t=n"))
        .Select((version, policy, more, alignment) => string.Join("; ", new[] { version, policy, more, alignment }.Where(tag => tag.Length > 0)));

    private static readonly Gen<(string Name, string Record)[]> Zone = Gen.Select(Near, Record).Array[0, 6];

    private static readonly Gen<ImmutableArray<AuthenticatedIdentifier>> Identifiers = Gen.Select(Near, Gen.Bool, OneOf(IdentifierOutcome.Pass, IdentifierOutcome.Pass, IdentifierOutcome.Fail, IdentifierOutcome.TempError)).Array[0, 5]
        .Select(found => found.Select(one => new AuthenticatedIdentifier(one.Item2 ? IdentifierMethod.Dkim : IdentifierMethod.Spf, DomainName.Parse(one.Item1), one.Item3)).ToImmutableArray());

    private static ZoneDnsResolver Resolver((string Name, string Record)[] zone) =>
        ZoneDnsResolver.Parse("example. TXT x\n" + string.Concat(zone.Select(entry => $"_dmarc.{entry.Name}. TXT \"{entry.Record}\"\n")));

    private static AuthorDomains From(params string[] domains) => AuthorDomains.Read(Header($"From: {string.Join(", ", domains.Select(domain => $"a@{domain}"))}\r\n"), DmarcLimits.Default);

    private static Task<DmarcResult> EvaluateAsync(IDnsResolver dns, AuthorDomains authors, ImmutableArray<AuthenticatedIdentifier> identifiers) => new DmarcEvaluator(dns).EvaluateAsync(authors, identifiers).AsTask();

    [Test, Invariant("D1")]
    public Task A_tree_walk_asks_at_most_eight_names() =>
        Gen.Select(Zone, ShortLabel.Array[1, 60]).SampleAsync(async (zone, labels) =>
        {
            var result = await EvaluateAsync(Resolver(zone), From(string.Join('.', labels) + ".example"), []);
            return result.QueriedNames.Count(name => name.ToString().StartsWith("_dmarc.", StringComparison.Ordinal)) <= 8;
        }, iter: Often);

    [Test, Invariant("D2")]
    public Task A_message_asks_at_most_24_names_for_dmarc_and_48_for_several_authors() =>
        Gen.Select(Zone, ShortLabel.Array[8, 20].Array[1, 5], Identifiers).SampleAsync(async (zone, authors, identifiers) =>
        {
            var dns = Resolver(zone);
            dns.LogQueries = true;
            await EvaluateAsync(dns, From([.. authors.Select(labels => string.Join('.', labels) + ".example")]), identifiers);
            return dns.Queries.Length <= (authors.Length > 1 ? 48 : 24);
        }, iter: Often);

    private static async Task<bool> IsAlignedAsync(IDnsResolver dns, string author, string identifier, IdentifierMethod method = IdentifierMethod.Spf) =>
        (await EvaluateAsync(dns, From(author), [new(method, DomainName.Parse(identifier), IdentifierOutcome.Pass)])).Status == DmarcStatus.Pass;

    private static readonly Gen<string> RelaxedRecord = OneOf("v=DMARC1; p=reject", "v=DMARC1; p=none; psd=y", "v=DMARC1; p=none; psd=n", "v=DMARC1; p=quarantine; psd=u");

    [Test, Invariant("D3")]
    public Task Relaxed_alignment_has_no_direction() =>
        Gen.Select(Gen.Select(Near, RelaxedRecord).Array[0, 5], Near, Near).SampleAsync(async (zone, one, other) =>
        {
            // Both must have a policy, else there is nothing to align under.
            var dns = Resolver([.. zone.Where(entry => entry.Item1 != one && entry.Item1 != other), (one, "v=DMARC1; p=none"), (other, "v=DMARC1; p=none")]);
            return one == other || await IsAlignedAsync(dns, one, other) == await IsAlignedAsync(dns, other, one);
        }, iter: Often);

    [Test, Invariant("D4")]
    public Task A_domain_is_aligned_with_itself_wherever_it_has_a_policy() =>
        Gen.Select(Zone, Near).SampleAsync(async (zone, domain) =>
        {
            var dns = Resolver(zone);
            return await IsAlignedAsync(dns, domain, domain) == ((await EvaluateAsync(dns, From(domain), [])).Status == DmarcStatus.Fail);
        }, iter: Often);

    [Test, Invariant("D5")]
    public Task Nothing_aligns_with_a_single_label_or_the_root() =>
        Gen.Select(Zone, Near, OneOf("example", "com", "localhost")).SampleAsync(async (zone, author, identifier) =>
        {
            var dns = Resolver([.. zone, ("example", "v=DMARC1; p=none; psd=u")]);
            var ofRoot = await EvaluateAsync(dns, From(author), [new(IdentifierMethod.Spf, DomainName.Root, IdentifierOutcome.Pass)]);
            return ofRoot.Status != DmarcStatus.Pass && (await EvaluateAsync(dns, From(identifier), [new(IdentifierMethod.Spf, DomainName.Parse(identifier), IdentifierOutcome.Pass)])).Status == DmarcStatus.PermError;
        }, iter: Often / 2);

    [Test, Invariant("D6")]
    public Task What_is_aligned_strictly_is_aligned_relaxedly() =>
        Gen.Select(Near, Near, Gen.Bool).SampleAsync(async (author, identifier, isDkim) =>
        {
            var method = isDkim ? IdentifierMethod.Dkim : IdentifierMethod.Spf;
            var strict = await IsAlignedAsync(Resolver([(author, "v=DMARC1; p=none; adkim=s; aspf=s")]), author, identifier, method);
            return strict == (author == identifier) && (!strict || await IsAlignedAsync(Resolver([(author, "v=DMARC1; p=none")]), author, identifier, method));
        }, iter: Often);

    [Test, Invariant("D7")]
    public Task Testing_lowers_the_policy_by_one_step() =>
        Gen.Select(OneOf(DmarcPolicy.None, DmarcPolicy.Quarantine, DmarcPolicy.Reject), Near, Gen.Bool).SampleAsync(async (policy, domain, isTesting) =>
        {
            var result = await EvaluateAsync(Resolver([(domain, $"v=DMARC1; p={policy.ToKeyword()}{(isTesting ? "; t=y" : "")}")]), From(domain), []);
            return result.Policy == policy && result.Disposition == (isTesting && policy > DmarcPolicy.None ? policy - 1 : policy) && result.IsTesting == isTesting;
        }, iter: Often / 2);

    [Test, Invariant("D8")]
    public Task Another_author_never_weakens_what_is_asked_for_the_first() =>
        Gen.Select(Zone, Near, Near, Identifiers).SampleAsync(async (zone, victim, attacker, identifiers) =>
        {
            var dns = Resolver([.. zone, (victim, "v=DMARC1; p=reject")]);
            // The victim authenticates nothing.
            identifiers = [.. identifiers.Where(identifier => !identifier.Domain.IsAtOrBelow(DomainName.Parse(victim)) && !DomainName.Parse(victim).IsAtOrBelow(identifier.Domain) && identifier.Outcome != IdentifierOutcome.TempError)];
            var alone = await EvaluateAsync(dns, From(victim), identifiers);
            if (alone.Status != DmarcStatus.Fail)
                return true;
            var both = new[] { await EvaluateAsync(dns, From(victim, attacker), identifiers), await EvaluateAsync(dns, From(attacker, victim), identifiers) };
            return both.All(result => result.Status != DmarcStatus.Pass && result.Status != DmarcStatus.None && result.Disposition >= alone.Disposition);
        }, iter: Often);

    [Test, Invariant("D9")]
    public Task One_more_pass_never_turns_a_pass_into_anything_else_nor_does_one_more_failure() =>
        Gen.Select(Zone, Near, Identifiers, Near, OneOf(IdentifierOutcome.Fail, IdentifierOutcome.TempError, IdentifierOutcome.Pass)).SampleAsync(async (zone, author, identifiers, domain, outcome) =>
        {
            var dns = Resolver(zone);
            var before = await EvaluateAsync(dns, From(author), identifiers);
            var after = await EvaluateAsync(dns, From(author), identifiers.Add(new(IdentifierMethod.Dkim, DomainName.Parse(domain), outcome)));
            return (before.Status != DmarcStatus.Pass || after.Status == DmarcStatus.Pass) && (outcome == IdentifierOutcome.Pass || before.Status == DmarcStatus.Pass || after.Status != DmarcStatus.Pass);
        }, iter: Often);

    [Test, Invariant("D10")]
    public Task A_disposition_is_asked_only_for_a_failure_and_is_the_applied_policy() =>
        Gen.Select(Zone, Near, Identifiers).SampleAsync(async (zone, author, identifiers) =>
        {
            var result = await EvaluateAsync(Resolver(zone), From(author), identifiers);
            return result.Disposition == (result.Status == DmarcStatus.Fail ? result.AppliedPolicy : DmarcPolicy.None) && result.IsTransient == (result.Status == DmarcStatus.TempError);
        }, iter: Often);

    [Test, Invariant("D11")]
    public Task An_identifier_that_failed_never_passes() =>
        Gen.Select(Zone, Near, Identifiers).SampleAsync(async (zone, author, identifiers) =>
        {
            var result = await EvaluateAsync(Resolver(zone), From(author), [.. identifiers.Where(identifier => identifier.Outcome != IdentifierOutcome.Pass)]);
            return result.Status != DmarcStatus.Pass && !result.SpfAligned && !result.DkimAligned;
        }, iter: Often);

    [Test, Invariant("D12")]
    public Task Where_a_failure_is_hidden_the_verdict_is_the_clean_one_or_transient() =>
        Gen.Select(Zone, Near, Identifiers, Near).SampleAsync(async (zone, author, identifiers, hidden) =>
        {
            identifiers = [.. identifiers.Where(identifier => identifier.Outcome != IdentifierOutcome.TempError)];
            var clean = await EvaluateAsync(Resolver(zone), From(author), identifiers);
            var result = await EvaluateAsync(Resolver(zone).WithFault($"_dmarc.{hidden}", DnsRecordType.TXT, DnsStatus.ServFail), From(author), identifiers);
            return result.Status == DmarcStatus.TempError || (result.Status, result.Disposition, result.PolicyDomain) == (clean.Status, clean.Disposition, clean.PolicyDomain);
        }, iter: Often);

    private static readonly PublicSuffixList Suffixes = PublicSuffixList.Parse("// ===BEGIN ICANN DOMAINS===\nexample\n*.c.example\n!d.c.example\na.example\nmail.a.example\n// ===END ICANN DOMAINS===\n");

    [Test, Invariant("D13")]
    public void The_organizational_domain_by_the_list_is_at_or_above_and_its_own() =>
        Near.Sample(text =>
        {
            var domain = DomainName.Parse(text);
            var organizational = Suffixes.OrganizationalDomainOf(domain);
            return domain.IsAtOrBelow(organizational) && Suffixes.OrganizationalDomainOf(organizational) == organizational && (organizational == domain || !Suffixes.IsPublicSuffix(organizational));
        }, iter: Often);
}
