namespace EmailAuth.Tests.Corpus;

/// <summary>The attack table as vectors: each row, in each form that makes sense, with the one outcome that is right.</summary>
public class CorpusTests
{
    /// <summary>The rows of the table, by section: DNS, SPF, DKIM, DMARC, ARC, fields, parsing, reports.</summary>
    private static readonly (char Section, int Rows)[] Sections = [('D', 19), ('S', 21), ('K', 30), ('M', 12), ('A', 8), ('H', 11), ('P', 9), ('R', 12)];

    /// <summary>The rows that no vector can play, and why.</summary>
    private static readonly Dictionary<string, string> NotPlayed = new()
    {
        ["P4"] = "MIME parts are not read: that is for the reports",
        ["R1"] = "reports are not read yet",
        ["R2"] = "reports are not read yet",
        ["R3"] = "reports are not read yet",
        ["R4"] = "reports are not read yet",
        ["R5"] = "reports are not read yet",
        ["R6"] = "reports are not read yet",
        ["R7"] = "reports are not read yet",
        ["R8"] = "reports are not read yet",
        ["R10"] = "reports are not written yet",
        ["R11"] = "MTA-STS policies are not fetched yet",
        ["R12"] = "BIMI indicators are not fetched yet",
    };

    private static readonly Lazy<CorpusVector[]> All = new(() =>
    [
        .. SpfAttacks.All().Concat(DkimAttacks.All()).Concat(DmarcAttacks.All()).Concat(ArcAttacks.All()).Concat(FieldAttacks.All()).Concat(ParsingAttacks.All()).SelectMany(attack => attack.Vectors()),
        .. DnsAttacks.All(), .. DkimAttacks.Others(), .. FieldAttacks.Others(), .. ParsingAttacks.Others(),
    ]);

    private static IEnumerable<TestCaseData> Attacks() =>
        All.Value.GroupBy(vector => (vector.Row, vector.Attack)).Select(forms =>
            new TestCaseData(forms.ToArray()).SetArgDisplayNames($"{forms.Key.Row}: {forms.Key.Attack}").SetProperty("Attack", forms.Key.Row));

    [TestCaseSource(nameof(Attacks))]
    public async Task Each_attack_ends_as_it_must_in_each_of_its_forms(params object[] forms)
    {
        var wrong = new List<string>();
        foreach (var vector in forms.Cast<CorpusVector>())
        {
            if (await vector.Run() is var outcome && outcome != vector.Expected)
                wrong.Add($"{vector}: {outcome} instead of {vector.Expected}");
        }
        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public void Every_row_of_the_table_is_played_or_has_a_reason()
    {
        var played = All.Value.Select(vector => vector.Row).ToHashSet();
        var rows = Sections.SelectMany(section => Enumerable.Range(1, section.Rows).Select(row => $"{section.Section}{row}")).ToArray();
        Assert.That(rows, Has.Length.EqualTo(122));
        Assert.That(rows.Where(row => !played.Contains(row) && !NotPlayed.ContainsKey(row)), Is.Empty, "neither played nor explained");
        Assert.That(NotPlayed.Keys.Where(played.Contains), Is.Empty, "explained, but played");
        Assert.That(played.Concat(NotPlayed.Keys).Except(rows), Is.Empty, "no row of the table");
    }

    [Test]
    public void The_corpus_is_as_large_as_it_should_be_and_each_vector_has_a_name_of_its_own()
    {
        var vectors = All.Value;
        foreach (var section in Sections)
        {
            var here = vectors.Where(vector => vector.Row[0] == section.Section).ToArray();
            TestContext.Out.WriteLine($"{section.Section}: {here.Select(vector => vector.Row).Distinct().Count(),3} of {section.Rows,2} rows, {here.Length,4} vectors");
        }
        TestContext.Out.WriteLine($"{vectors.Length} vectors");
        Assert.That(vectors.GroupBy(vector => vector.ToString()).Where(group => group.Count() > 1).Select(group => group.Key), Is.Empty);
        Assert.That(vectors, Has.Length.GreaterThanOrEqualTo(450));
    }
}
