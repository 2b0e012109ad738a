namespace Fixity.Query.Tests.Exports;

/// <summary>Reads RFC 4180 back, apart from the code that writes it.</summary>
internal static class CsvText
{
    public static List<string[]> Parse(string text)
    {
        var rows = new List<string[]>();
        var row = new List<string>();
        var cell = new System.Text.StringBuilder();
        var isQuoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            var one = text[i];
            if (isQuoted)
            {
                if (one != '"')
                {
                    cell.Append(one);
                }
                else if (i + 1 < text.Length && text[i + 1] == '"')
                {
                    cell.Append('"');
                    i++;
                }
                else
                {
                    isQuoted = false;
                }
            }
            else if (one == '"')
            {
                isQuoted = true;
            }
            else if (one == ',')
            {
                Take();
            }
            else if (one == '\r')
            {
                Assert.Equal('\n', text[++i]);
                Take();
                rows.Add([.. row]);
                row.Clear();
            }
            else
            {
                cell.Append(one);
            }
        }

        Assert.False(isQuoted || cell.Length > 0 || row.Count > 0, "The last line has no end.");
        return rows;

        void Take()
        {
            row.Add(cell.ToString());
            cell.Clear();
        }
    }
}
