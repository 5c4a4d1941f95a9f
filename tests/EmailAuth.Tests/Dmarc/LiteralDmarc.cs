namespace EmailAuth.Tests.Dmarc;

/// <summary>
/// DMARC a second time, for comparison only: written from the text of RFC 9989 alone, on strings, step after step, with no thought of speed,
/// budgets or shortcuts. Every identifier is walked, whatever it is.
/// </summary>
internal sealed class LiteralDmarc(Func<string, LiteralDmarc.Answer> txt, Func<string, bool> existsOrFails)
{
    /// <summary>What a query for TXT returns: texts, or a DNS error.</summary>
    internal sealed record Answer(string[] Texts, bool Failed = false);

    internal sealed record Identifier(bool IsSpf, string Domain, string Outcome);

    internal sealed record Verdict(string Result, string? Policy, string Disposition, string? PolicyDomain, string? OrganizationalDomain, bool SpfAligned, bool DkimAligned);

    private sealed class DnsErrorException : Exception;

    private sealed record Found(string Name, Dictionary<string, string> Tags);

    public Verdict Evaluate(string author, IReadOnlyList<Identifier> identifiers)
    {
        var organizational = OrganizationalDomain(author);
        Found? record;
        try
        {
            record = DiscoverPolicy(author);
        }
        catch (DnsErrorException)
        {
            return new Verdict("temperror", null, "none", null, organizational, false, false);
        }
        if (record is null)
            return new Verdict("none", null, "none", null, organizational, false, false);

        // §4.10.1: a "p" that is not valid or not there, or an "sp" or "np" that is not valid.
        var p = record.Tags.GetValueOrDefault("p");
        var sp = record.Tags.GetValueOrDefault("sp");
        var np = record.Tags.GetValueOrDefault("np");
        if (!IsRequest(p) || (sp is not null && !IsRequest(sp)) || (np is not null && !IsRequest(np)))
        {
            if (!HasReportUri(record.Tags))
                return new Verdict("none", null, "none", record.Name, organizational, false, false);
            (p, sp, np) = ("none", null, null);
        }

        var policy = p!;
        if (record.Name != author)
            policy = np is not null && !existsOrFails(author) ? np : sp ?? p!;
        var applied = record.Tags.GetValueOrDefault("t") == "y" ? policy switch { "reject" => "quarantine", _ => "none" } : policy;

        var spf = false;
        var dkim = false;
        var unknown = false;
        foreach (var identifier in identifiers.Where(identifier => identifier.Outcome == "pass"))
        {
            var isAligned = IsAligned(author, identifier, record.Tags);
            spf |= isAligned == true && identifier.IsSpf;
            dkim |= isAligned == true && !identifier.IsSpf;
            unknown |= isAligned is null;
        }
        if (spf || dkim)
            return new Verdict("pass", policy, "none", record.Name, organizational, spf, dkim);
        if (unknown || identifiers.Any(identifier => identifier.Outcome == "temperror" && IsAligned(author, identifier, record.Tags) != false))
            return new Verdict("temperror", policy, "none", record.Name, organizational, false, false);
        return new Verdict("fail", policy, applied, record.Name, organizational, false, false);
    }

    /// <summary>§4.10.2: true, false, or null where a DNS error leaves it open.</summary>
    private bool? IsAligned(string author, Identifier identifier, Dictionary<string, string> tags)
    {
        if (identifier.Domain == author)
            return true;
        if (tags.GetValueOrDefault(identifier.IsSpf ? "aspf" : "adkim") == "s")
            return false;
        // An Organizational Domain that an error hides may be the domain itself or any name above it.
        var left = OrganizationalDomain(author) is { } one ? [one] : NamesFrom(author);
        var right = OrganizationalDomain(identifier.Domain) is { } other ? [other] : NamesFrom(identifier.Domain);
        if (!left.Intersect(right).Any())
            return false;
        return left.Count == 1 && right.Count == 1 ? true : null;
    }

    /// <summary>§4.10.1.</summary>
    private Found? DiscoverPolicy(string author)
    {
        // "Policy discovery starts first with a query for a valid DMARC Policy Record at … the Author Domain."
        if (Query(author) is { } own)
            return own;
        // "If no valid DMARC Policy Record is found by the first query, then perform a DNS Tree Walk to find the Author Domain's
        // Organizational Domain or its Public Suffix Domain": eight or fewer labels, from the parent; else shortened to seven.
        var labels = author.Split('.');
        var start = labels.Length <= 8 ? labels[1..] : labels[^7..];
        var found = new List<Found>();
        for (var target = start; target.Length > 0; target = target[1..])
        {
            if (Query(string.Join('.', target)) is not { } record)
                continue;
            found.Add(record);
            if (record.Tags.GetValueOrDefault("psd") is "y" or "n")
                break;
        }
        var organizational = Select(author, found);
        return found.Find(record => record.Name == organizational) ?? found.Find(record => record.Tags.GetValueOrDefault("psd") == "y");
    }

    /// <summary>§4.10 and §4.10.2 from the domain itself; null where a query failed.</summary>
    public string? OrganizationalDomain(string domain)
    {
        var found = new List<Found>();
        var target = domain;
        try
        {
            // Steps 1 and 2.
            if (Query(target) is { } first)
            {
                found.Add(first);
                if (first.Tags.GetValueOrDefault("psd") is "y" or "n")
                    return Select(domain, found);
            }
            // Steps 3 and 4.
            var x = target.Split('.').Length;
            target = x < 8 ? WithoutLeftMost(target) : string.Join('.', target.Split('.')[^7..]);
            // Steps 5 to 7.
            while (target.Length > 0)
            {
                if (Query(target) is { } record)
                {
                    found.Add(record);
                    if (record.Tags.GetValueOrDefault("psd") is "y" or "n")
                        break;
                }
                target = WithoutLeftMost(target);
            }
        }
        catch (DnsErrorException)
        {
            return null;
        }
        return Select(domain, found);
    }

    private static string Select(string start, List<Found> found)
    {
        var fromLongest = found.OrderByDescending(record => record.Name.Split('.').Length).ToList();
        foreach (var record in fromLongest)
        {
            if (record.Tags.GetValueOrDefault("psd") == "n")
                return record.Name;
            if (record.Tags.GetValueOrDefault("psd") == "y" && record.Name != start)
                return string.Join('.', start.Split('.')[^(record.Name.Split('.').Length + 1)..]);
        }
        return fromLongest.Count > 0 ? fromLongest[^1].Name : start;
    }

    private Found? Query(string domain)
    {
        var answer = txt("_dmarc." + domain);
        if (answer.Failed)
            throw new DnsErrorException();
        var records = answer.Texts.Where(text => text.Split(';')[0].Replace(" ", "", StringComparison.Ordinal) == "v=DMARC1").ToList();
        if (records.Count != 1)
            return null;
        var tags = records[0].Split(';').Skip(1).Select(tag => tag.Split('=', 2)).Where(tag => tag.Length == 2)
            .GroupBy(tag => tag[0].Trim()).Where(group => group.Count() == 1).ToDictionary(group => group.Key, group => group.Single()[1].Trim());
        return new Found(domain, tags);
    }

    private static bool IsRequest(string? value) => value is "none" or "quarantine" or "reject";

    private static bool HasReportUri(Dictionary<string, string> tags) =>
        tags.TryGetValue("rua", out var rua) && rua.StartsWith("mailto:", StringComparison.Ordinal) && rua.Contains('@', StringComparison.Ordinal);

    private static string WithoutLeftMost(string name) => name.Contains('.', StringComparison.Ordinal) ? name[(name.IndexOf('.') + 1)..] : "";

    private static List<string> NamesFrom(string domain)
    {
        var names = new List<string>();
        for (var name = domain; name.Length > 0; name = WithoutLeftMost(name))
            names.Add(name);
        return names;
    }
}
